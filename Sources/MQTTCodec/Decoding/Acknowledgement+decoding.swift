import NIOCore

extension Acknowledgement {
    /// Reads the body of PUBACK, PUBREC, PUBREL or PUBCOMP (MQTT 5 section 3.4.2).
    init(from reader: inout FieldReader, in context: PacketContext) throws(MQTTError) {
        self.init(packetID: try reader.packetID())
        // Section 3.4.2.1: reason and properties may be left out from the end.
        guard context.version == .v5, !reader.isAtEnd else { return }
        reason = try context.reason(from: &reader)
        guard !reader.isAtEnd else { return }
        properties = try context.properties(from: &reader)
    }
}
