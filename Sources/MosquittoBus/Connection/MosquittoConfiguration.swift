public import MessageBus

/// How to reach a broker and as whom.
public struct MosquittoConfiguration: Sendable {
    /// Where the broker listens.
    public var endpoint: MosquittoEndpoint
    /// The account; nil for a broker that asks for none.
    public var username: String?
    /// The account's password.
    public var password: String?
    /// The client id; nil for a new random one with each connection.
    public var clientID: String?
    /// How long the connection may be silent: whole seconds, 5 or more.
    ///
    /// A dead one is noticed within twice this time.
    public var keepAlive: Duration
    /// What may wait to be published.
    public var limits: BusLimits
    /// The longest wait before an attempt to reconnect.
    public var maximumBackoff: Duration

    /// Creates a configuration.
    public init(
        endpoint: MosquittoEndpoint,
        username: String? = nil,
        password: String? = nil,
        clientID: String? = nil,
        keepAlive: Duration = .seconds(30),
        limits: BusLimits = BusLimits(),
        maximumBackoff: Duration = .seconds(10)
    ) {
        self.endpoint = endpoint
        self.username = username
        self.password = password
        self.clientID = clientID
        self.keepAlive = max(keepAlive, .seconds(5))
        self.limits = limits
        self.maximumBackoff = maximumBackoff
    }
}

extension MosquittoConfiguration: CustomStringConvertible {
    /// The endpoint; the password shall not get into logs by accident.
    public var description: String { self.endpoint.description }
}
