public import NIOCore

// The hot path of the fan-out: topic and payload are taken as they are, without a `Publish` and its buffers.
extension ByteBuffer {
    /// Appends a PUBLISH without properties.
    ///
    /// The topic is not checked for UTF-8 and wildcards. `packetID` is for QoS 1 and 2 only.
    /// Throws, with the buffer unchanged: `.protocolError` for an empty topic, DUP with QoS 0 or a packet identifier
    /// 0 with another QoS, `.malformedPacket` for a topic beyond 65,535 bytes, `.packetTooLarge` beyond 268,435,455.
    public mutating func writePublish(
        topic: [UInt8],
        payload: [UInt8],
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        duplicate: Bool = false,
        packetID: UInt16 = 0,
        version: MQTTVersion
    ) throws(MQTTError) {
        let header = PublishHeader(
            qos: qos, retain: retain, duplicate: duplicate, packetID: packetID, version: version
        )
        try header.begin(topicCount: topic.count, payloadCount: payload.count, in: &self)
        writeBytes(topic)
        header.finish(in: &self)
        writeBytes(payload)
    }

    /// Appends a PUBLISH without properties; see the variant that takes arrays.
    public mutating func writePublish(
        topic: ByteBuffer,
        payload: ByteBuffer,
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        duplicate: Bool = false,
        packetID: UInt16 = 0,
        version: MQTTVersion
    ) throws(MQTTError) {
        let header = PublishHeader(
            qos: qos, retain: retain, duplicate: duplicate, packetID: packetID, version: version
        )
        try header.begin(topicCount: topic.readableBytes, payloadCount: payload.readableBytes, in: &self)
        writeImmutableBuffer(topic)
        header.finish(in: &self)
        writeImmutableBuffer(payload)
    }

    /// The size of a QoS 0 PUBLISH without properties, in bytes.
    public static func publishCount(topicCount: Int, payloadCount: Int, version: MQTTVersion) -> Int {
        let body = 2 + topicCount + (version == .v5 ? 1 : 0) + payloadCount
        return 1 + VariableByteInteger.byteCount(of: body) + body
    }
}
