/// What can go wrong in the edge itself, apart from what peers send.
public struct EdgeError: Error, Sendable, CustomStringConvertible {
    /// What kind of error it is.
    public struct Code: Hashable, Sendable {
        let name: String

        /// A channel of an event loop that the hub does not know.
        public static let foreignEventLoop = Code(name: "foreign_event_loop")
        /// A listener's address cannot be bound.
        public static let listen = Code(name: "listen")
    }

    /// What kind of error it is.
    public let code: Code
    /// What happened, for people.
    public let message: String
    /// What the system said, if it said something.
    public let underlying: (any Error)?

    /// An address that cannot be bound, and the system's reason.
    public init(listeningOn host: String, port: Int, underlying: any Error) {
        self.init(code: .listen, message: "cannot listen on \(host):\(port)", underlying: underlying)
    }

    init(code: Code, message: String, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlying = underlying
    }

    /// The message.
    public var description: String {
        if let underlying { "\(self.message): \(underlying)" } else { self.message }
    }
}
