import NIOCore

/// Where the answer to a request goes: one connection, for as long as it lives.
public struct ReplyTarget: Sendable {
    let loop: NIOLoopBound<EdgeLoop>
    let connection: ConnectionID
    let request: String

    /// Sends the answer on the request's reply topic, from any thread; nothing happens when the connection is gone.
    public func send(_ body: [UInt8]) {
        let eventLoop = self.loop.eventLoop
        if eventLoop.inEventLoop {
            self.loop.value.reply(body, to: self.request, of: self.connection)
        } else {
            eventLoop.execute {
                self.loop.value.reply(body, to: self.request, of: self.connection)
            }
        }
    }
}

/// Names a connection within its event loop; never used twice.
struct ConnectionID: Hashable, Sendable {
    let rawValue: UInt64
}
