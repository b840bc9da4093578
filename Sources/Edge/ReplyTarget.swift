import NIOCore

/// Where the answer to a request goes: one connection, for as long as it lives.
public struct ReplyTarget: Sendable {
    let loop: NIOLoopBound<EdgeLoop>
    let connection: ConnectionID
    let address: ReplyAddress

    /// Sends the answer on the request's reply topic, from any thread; nothing happens when the connection is gone.
    public func send(_ body: [UInt8]) {
        let eventLoop = self.loop.eventLoop
        if eventLoop.inEventLoop {
            self.loop.value.reply(body, to: self.address, of: self.connection)
        } else {
            eventLoop.execute {
                self.loop.value.reply(body, to: self.address, of: self.connection)
            }
        }
    }
}

/// How a client wants an answer addressed.
struct ReplyAddress: Sendable {
    /// The last level of the reply's topic.
    let request: String
    /// How the topic names the client; `nil` leaves it to the client's subscription.
    var client: String?
    /// What the client gave to recognize the answer by (MQTT 5, 3.3.2.3.6).
    var correlation: ByteBuffer?

    init(request: String, client: String? = nil, correlation: ByteBuffer? = nil) {
        self.request = request
        self.client = client
        self.correlation = correlation
    }
}

/// Names a connection within its event loop; never used twice.
struct ConnectionID: Hashable, Sendable {
    let rawValue: UInt64
}
