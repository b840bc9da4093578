import NIOCore

extension Disconnect {
    /// Reads a DISCONNECT's body (MQTT 5 section 3.14.2); in 3.1.1 it is empty.
    init(from reader: inout FieldReader, in context: PacketContext) throws(MQTTError) {
        self.init()
        // Section 3.14.2.1: reason and properties may be left out from the end.
        guard context.version == .v5, !reader.isAtEnd else { return }
        reason = try context.reason(from: &reader)
        guard !reader.isAtEnd else { return }
        properties = try context.properties(from: &reader)
    }
}
