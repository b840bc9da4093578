import NIOCore

/// What stands before a PUBLISH's payload, written without making a `Publish`.
struct PublishHeader {
    let qos: QoS
    let retain: Bool
    let duplicate: Bool
    let packetID: UInt16
    let version: MQTTVersion

    /// Makes room for the whole packet and writes all but topic and payload up to the topic's length.
    func begin(topicCount: Int, payloadCount: Int, in buffer: inout ByteBuffer) throws(MQTTError) {
        guard topicCount > 0 else { throw .protocolError("empty topic name") }
        guard qos == .atMostOnce ? !duplicate : packetID != 0 else {
            throw .protocolError("DUP with QoS 0, or packet identifier 0")
        }
        let body = try FieldWriter.prefixed(topicCount) + tailCount + payloadCount
        guard body <= VariableByteInteger.maximum else {
            throw MQTTError(.packetTooLarge, "packet beyond 268,435,455 bytes")
        }
        buffer.reserveCapacity(minimumWritableBytes: 5 + body)
        buffer.writeInteger(Self.firstByte(qos: qos, retain: retain, duplicate: duplicate))
        VariableByteInteger.write(body, to: &buffer)
        buffer.writeInteger(UInt16(truncatingIfNeeded: topicCount))
    }

    /// Writes what stands between topic and payload: the packet identifier, and MQTT 5's property length 0.
    func finish(in buffer: inout ByteBuffer) {
        if qos != .atMostOnce { buffer.writeInteger(packetID) }
        if version == .v5 { buffer.writeInteger(UInt8(0)) }
    }

    static func firstByte(qos: QoS, retain: Bool, duplicate: Bool) -> UInt8 {
        PacketKind.publish.firstByte | (duplicate ? 0b1000 : 0) | qos.rawValue << 1 | (retain ? 1 : 0)
    }

    private var tailCount: Int { (qos == .atMostOnce ? 0 : 2) + (version == .v5 ? 1 : 0) }
}
