import MQTTCodec
import Realtime

/// Where subscriptions begin.
extension ConnectionHandler {
    /// Starts a channel's subscription, or starts it again where there is one.
    ///
    /// It begins at what was asked for, else where it stands, else where it was to begin, else at the grant's position,
    /// else now.
    func open(_ channel: ChannelHash, since: Position?, in session: Session, _ answer: PendingSubscribe) {
        let subscription: ChannelSubscription
        if let existing = session.subscriptions.first(where: { $0.fanout.hash == channel }) {
            subscription = existing
            self.restart(existing, since: since, answer)
        } else {
            let granted = session.rights.position(of: channel)
            subscription = ChannelSubscription(
                connection: self,
                fanout: self.loop.fanout(of: channel),
                encoding: ChannelFanout.Encoding(version: session.version, isWebSocket: self.transport.isWebSocket),
                start: (since ?? granted).map { .after($0) } ?? .latest,
                mayPrecedeGrant: since != nil || granted == nil
            )
            subscription.beginsAtGrant = since == nil && granted != nil
            // Before the read, so that whatever is flushed meanwhile passes by the cursor.
            subscription.fanout.add(subscription)
            session.subscriptions.append(subscription)
            self.updateReadiness()
        }
        answer.wait(for: subscription)
        subscription.opening = answer
        self.begin(subscription)
    }

    /// What an area with `history: grant` shows nothing up to: the grant's position, or whatever there is.
    func historyBound(of channel: ChannelHash) -> Position {
        self.session?.rights.position(of: channel) ?? Position(epoch: .unknown, sequence: 0)
    }

    private func begin(_ subscription: ChannelSubscription) {
        let read = subscription.cursor.start(subscription.start, notBefore: subscription.notBefore)
        self.loop.read(read, for: subscription)
    }

    private func restart(_ subscription: ChannelSubscription, since: Position?, _ answer: PendingSubscribe) {
        if let since {
            subscription.start = .after(since)
            subscription.mayPrecedeGrant = true
            subscription.beginsAtGrant = false
        } else if let position = subscription.cursor.position(at: subscription.fanout.edge) {
            subscription.start = .after(position)
            subscription.mayPrecedeGrant = false
            subscription.beginsAtGrant = false
        }
        if subscription.isLive { subscription.fanout.fallBehind(subscription) }
        guard let opening = subscription.opening else { return }
        subscription.opening = nil
        opening.withdraw(subscription)
        // The SUBACK of an earlier packet may have waited for nothing else.
        if opening !== answer, opening.isReady { self.finish(opening) }
    }

    /// Takes the first answer of a subscription, which its SUBACK has waited for.
    func opened(_ opened: PendingSubscribe.Opened, _ answer: PendingSubscribe) {
        let subscription = opened.subscription
        if case .success(let page) = opened.result, page.hidesHistory, subscription.mayPrecedeGrant {
            // The area shows nothing from before the grant, which only the log knew.
            subscription.mayPrecedeGrant = false
            subscription.notBefore = self.historyBound(of: subscription.fanout.hash)
            return self.begin(subscription)
        }
        if case .success(let page) = opened.result, page.retainsLast, !page.hidesHistory, subscription.beginsAtGrant,
            page.events.isEmpty
        {
            // Nothing has come since the grant: a newcomer gets the latest event from before it.
            subscription.beginsAtGrant = false
            subscription.start = .latest
            return self.begin(subscription)
        }
        answer.take(opened)
        if answer.isReady { self.finish(answer) }
    }

    /// Sends a SUBACK with what it says of each beginning, and then what follows there.
    func finish(_ answer: PendingSubscribe) {
        guard let session = self.session else { return }
        var properties = Properties()
        var begun: [(opened: PendingSubscribe.Opened, page: ReplayPage)] = []
        for opened in answer.opened where opened.subscription.isOpen && opened.subscription.opening === answer {
            let subscription = opened.subscription
            subscription.opening = nil
            guard case .success(let page) = opened.result else {
                // The log cannot be read: the client asks again, rather than being told something that does not hold.
                answer.reasons[opened.index] =
                    session.version == .v5 ? .implementationSpecificError : .unspecifiedError
                _ = self.remove(.channel(subscription.fanout.hash))
                continue
            }
            begun.append((opened, page))
            if session.version == .v5, let verdict = Self.verdict(of: opened, page) {
                let prefix = answer.isSingle ? "" : "\(subscription.fanout.hash) "
                properties.appendUserProperty("position", "\(prefix)\(verdict.position)")
                properties.appendUserProperty("recovered", "\(prefix)\(verdict.recovered.rawValue)")
            }
        }
        self.send(.suback(SubAck(packetID: answer.packetID, reasons: answer.reasons, properties: properties)))
        for (opened, page) in begun where opened.subscription.isOpen {
            self.loop.take(page, for: opened.subscription, answering: opened.read)
        }
    }

    /// What a first answer says; the subscription itself takes it behind the SUBACK only.
    private static func verdict(of opened: PendingSubscribe.Opened, _ page: ReplayPage) -> Cursor.Verdict? {
        var cursor = opened.subscription.cursor
        let edge = opened.subscription.fanout.edge
        guard case .deliver(let delivery) = cursor.answered(page.numbers, to: opened.read, at: edge) else { return nil }
        return delivery.verdict
    }
}
