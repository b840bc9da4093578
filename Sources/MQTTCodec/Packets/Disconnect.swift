/// DISCONNECT: the last packet of a connection (MQTT 5 section 3.14); in 3.1.1 only the client sends it.
public struct Disconnect: Sendable, Equatable {
    /// Why; not written in 3.1.1.
    public var reason: ReasonCode
    /// MQTT 5's properties; not written in 3.1.1.
    public var properties: Properties

    /// Makes a DISCONNECT.
    public init(reason: ReasonCode = .normalDisconnection, properties: Properties = Properties()) {
        self.reason = reason
        self.properties = properties
    }
}
