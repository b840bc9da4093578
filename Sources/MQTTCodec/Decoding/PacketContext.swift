/// What the decoding of one packet's body depends on.
struct PacketContext {
    let kind: PacketKind
    let version: MQTTVersion
    let direction: PacketDecoder.Direction

    /// Reads the properties of the packet; there are none in 3.1.1.
    func properties(from reader: inout FieldReader) throws(MQTTError) -> Properties {
        guard version == .v5 else { return Properties() }
        return try Properties(from: &reader, in: .packet(kind), direction: direction)
    }

    /// Reads a Reason Code that this packet may carry.
    func reason(from reader: inout FieldReader) throws(MQTTError) -> ReasonCode {
        let reason = ReasonCode(rawValue: try reader.byte())
        guard reason.isAllowed(in: kind) else { throw .protocolError("reason code not allowed in this packet") }
        return reason
    }
}
