import MQTTCodec
import NIOCore
import Realtime

extension ConnectionHandler {
    /// Where the answer to one of this connection's requests goes.
    ///
    /// It outlives the connection only where the client had subscribed to it when it asked.
    func replyTarget(for address: ReplyAddress, of session: Session) -> ReplyTarget {
        let isAwaited = session.replyFilters.contains { $0.matches(address) }
        return ReplyTarget(
            loop: self.loop.bound,
            connection: self.id,
            address: address,
            session: isAwaited ? session.key : nil
        )
    }

    /// Publishes an answer on the client's reply topic, if it has subscribed to it.
    func reply(_ body: [UInt8], to address: ReplyAddress) {
        guard let session = self.session else { return }
        let site = self.loop.configuration.site
        let request = address.request
        if session.rights.role == .service {
            guard session.receivesNotifyReplies else { return }
            let topic = Topic.notifyReply(account: session.user, request: request).text(site: site)
            return self.sendPublish(topic: Array(topic.utf8), payload: body)
        }
        guard let filter = session.replyFilters.first(where: { $0.matches(address) }) else { return }
        let topic = Topic.reply(user: session.user, client: filter.client, request: request).text(site: site)
        self.sendPublish(topic: Array(topic.utf8), payload: body, correlation: address.correlation)
    }

    /// Publishes the answers that came while the session had no connection.
    func collectReplies() {
        guard !self.machine.isClosed, let session = self.session, !session.replyFilters.isEmpty else { return }
        let letters = self.loop.shared.mailbox.collect(for: session.key, at: self.loop.eventLoop.now) { address in
            session.replyFilters.contains { $0.matches(address) }
        }
        for letter in letters { self.reply(letter.body, to: letter.address) }
    }
}
