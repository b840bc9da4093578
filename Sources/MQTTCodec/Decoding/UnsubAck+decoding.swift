import NIOCore

extension UnsubAck {
    /// Reads an UNSUBACK's body (MQTT 5 section 3.11.2).
    init(from reader: inout FieldReader, in context: PacketContext) throws(MQTTError) {
        let packetID = try reader.packetID()
        let properties = try context.properties(from: &reader)
        var reasons: [ReasonCode] = []
        if context.version == .v5 {
            guard !reader.isAtEnd else { throw .protocolError("UNSUBACK without a reason code") }
            reasons.reserveCapacity(reader.remaining)
            while !reader.isAtEnd { reasons.append(try context.reason(from: &reader)) }
        }
        self.init(packetID: packetID, reasons: reasons, properties: properties)
    }
}
