import NIOCore

extension Unsubscribe {
    /// Reads an UNSUBSCRIBE's body (MQTT 5 section 3.10.2).
    init(from reader: inout FieldReader, in context: PacketContext) throws(MQTTError) {
        let packetID = try reader.packetID()
        let properties = try context.properties(from: &reader)
        // [MQTT-3.10.3-2]
        guard !reader.isAtEnd else { throw .protocolError("UNSUBSCRIBE without a topic filter") }
        var filters: [ByteBuffer] = []
        while !reader.isAtEnd {
            filters.append(try reader.topicFilter())
        }
        self.init(packetID: packetID, filters: filters, properties: properties)
    }
}
