import NIOCore

/// Where the answer to a request goes: to the connection that asked, else to whichever has its session.
public struct ReplyTarget: Sendable {
    let loop: NIOLoopBound<EdgeLoop>
    let connection: ConnectionID
    let address: ReplyAddress
    /// The session whose client waits for the answer; `nil` where nobody does once the connection is gone.
    let session: SessionKey?

    /// Sends the answer on the request's reply topic, from any thread.
    ///
    /// Where the connection is gone, the answer is kept for its session for a while; a service's is dropped.
    public func send(_ body: [UInt8]) {
        let eventLoop = self.loop.eventLoop
        if eventLoop.inEventLoop {
            self.loop.value.reply(body, to: self)
        } else {
            eventLoop.execute { self.loop.value.reply(body, to: self) }
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
