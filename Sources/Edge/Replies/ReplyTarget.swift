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

extension ReplyTarget {
    /// Sends several answers, from any thread: each event loop is woken once for all of its own.
    public static func send(_ answers: [(target: ReplyTarget, body: [UInt8])]) {
        var rest = answers[...]
        while let first = rest.first {
            let eventLoop = first.target.loop.eventLoop
            // One loop after the other: there are few.
            let own = rest.filter { $0.target.loop.eventLoop === eventLoop }
            if own.count < rest.count {
                rest = rest.filter { $0.target.loop.eventLoop !== eventLoop }[...]
            } else {
                rest = []
            }
            eventLoop.execute {
                for answer in own { answer.target.loop.value.reply(answer.body, to: answer.target) }
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
