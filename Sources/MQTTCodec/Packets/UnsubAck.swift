/// UNSUBACK: the answer to UNSUBSCRIBE (MQTT 5 section 3.11).
public struct UnsubAck: Sendable, Equatable {
    /// The packet identifier of the UNSUBSCRIBE.
    public var packetID: UInt16
    /// One outcome for each filter; 3.1.1 has none: empty when decoded, not written.
    public var reasons: [ReasonCode]
    /// MQTT 5's properties; not written in 3.1.1.
    public var properties: Properties

    /// Makes an UNSUBACK.
    public init(packetID: UInt16, reasons: [ReasonCode], properties: Properties = Properties()) {
        self.packetID = packetID
        self.reasons = reasons
        self.properties = properties
    }
}
