import NIOCore

extension EdgeLoop {
    /// Sends an answer to the connection that asked, else to the one that has its session, now or later.
    func reply(_ body: [UInt8], to target: ReplyTarget) {
        if let connection = self.connections[target.connection], !connection.machine.isClosed {
            return connection.reply(body, to: target.address)
        }
        guard let session = target.session else { return }
        // Kept first and the holder asked afterwards: a newcomer subscribes after it has claimed the session, so that
        // either it finds the reply or it is found.
        self.shared.mailbox.keep(
            ReplyMailbox.Letter(address: target.address, body: body), for: session, at: self.eventLoop.now)
        guard let holder = self.sessions.holder(of: session) else { return }
        if holder.loop == self.index {
            self.connections[holder.connection]?.collectReplies()
        } else {
            self.hub?.onLoop(of: holder) { $0?.collectReplies() }
        }
    }
}
