import NIOCore

extension Auth {
    /// Reads an AUTH's body (MQTT 5 section 3.15.2); an empty one means success.
    init(from reader: inout FieldReader, in context: PacketContext) throws(MQTTError) {
        self.init()
        guard !reader.isAtEnd else { return }
        reason = try context.reason(from: &reader)
        properties = try context.properties(from: &reader)
    }
}
