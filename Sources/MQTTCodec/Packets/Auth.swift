/// AUTH: a step of MQTT 5's extended authentication (section 3.15); 3.1.1 has no such packet.
public struct Auth: Sendable, Equatable {
    /// Where the exchange stands: success, continue or re-authenticate.
    public var reason: ReasonCode
    /// Authentication method and data among others.
    public var properties: Properties

    /// Makes an AUTH.
    public init(reason: ReasonCode = .success, properties: Properties = Properties()) {
        self.reason = reason
        self.properties = properties
    }
}
