/// SUBACK: one outcome for each filter of a SUBSCRIBE (MQTT 5 section 3.9).
public struct SubAck: Sendable, Equatable {
    /// The packet identifier of the SUBSCRIBE.
    public var packetID: UInt16
    /// The granted QoS or the refusal, in the order of the filters; in 3.1.1 every refusal is written as 0x80.
    public var reasons: [ReasonCode]
    /// MQTT 5's properties; not written in 3.1.1.
    public var properties: Properties

    /// Makes a SUBACK.
    public init(packetID: UInt16, reasons: [ReasonCode], properties: Properties = Properties()) {
        self.packetID = packetID
        self.reasons = reasons
        self.properties = properties
    }
}
