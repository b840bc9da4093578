import NIOCore

extension SubAck {
    /// Reads a SUBACK's body (MQTT 5 section 3.9.2).
    init(from reader: inout FieldReader, in context: PacketContext) throws(MQTTError) {
        let packetID = try reader.packetID()
        let properties = try context.properties(from: &reader)
        guard !reader.isAtEnd else { throw .protocolError("SUBACK without a reason code") }
        var reasons: [ReasonCode] = []
        reasons.reserveCapacity(reader.remaining)
        while !reader.isAtEnd {
            let reason = try context.reason(from: &reader)
            // MQTT 3.1.1 [MQTT-3.9.3-2]
            guard context.version == .v5 || reason.rawValue <= 0x80 else {
                throw .malformed("reserved SUBACK return code")
            }
            reasons.append(reason)
        }
        self.init(packetID: packetID, reasons: reasons, properties: properties)
    }
}
