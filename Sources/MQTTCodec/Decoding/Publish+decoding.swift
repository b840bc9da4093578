import NIOCore

extension Publish {
    /// Reads a PUBLISH's body (MQTT 5 section 3.3.2); topic and payload are slices.
    init(from reader: inout FieldReader, flags: UInt8, in context: PacketContext) throws(MQTTError) {
        // [MQTT-3.3.1-4]
        guard let qos = QoS(rawValue: flags >> 1 & 0b11) else { throw .malformed("QoS 3") }
        let duplicate = flags & 0b1000 != 0
        // [MQTT-3.3.1-2]
        guard !duplicate || qos != .atMostOnce else { throw .malformed("DUP with QoS 0") }
        let topic = try reader.topicName()
        let packetID = qos == .atMostOnce ? 0 : try reader.packetID()
        let properties = try context.properties(from: &reader)
        // Section 3.3.2.1
        guard topic.readableBytes > 0 || properties.topicAlias != nil else {
            throw .protocolError("empty topic name")
        }
        self.init(
            topic: topic,
            payload: reader.rest(),
            qos: qos,
            retain: flags & 1 != 0,
            duplicate: duplicate,
            packetID: packetID,
            properties: properties
        )
    }
}
