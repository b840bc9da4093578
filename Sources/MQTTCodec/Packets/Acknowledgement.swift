/// The body that PUBACK, PUBREC, PUBREL and PUBCOMP share (MQTT 5 sections 3.4 to 3.7).
public struct Acknowledgement: Sendable, Equatable {
    /// The packet identifier of the PUBLISH; never 0.
    public var packetID: UInt16
    /// The outcome; not written in 3.1.1.
    public var reason: ReasonCode
    /// MQTT 5's properties; not written in 3.1.1.
    public var properties: Properties

    /// Makes an acknowledgement.
    public init(packetID: UInt16, reason: ReasonCode = .success, properties: Properties = Properties()) {
        self.packetID = packetID
        self.reason = reason
        self.properties = properties
    }
}
