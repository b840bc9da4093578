public import NIOCore

extension ByteBuffer {
    /// Appends one packet; the payload is copied once, into this buffer.
    ///
    /// Version 3.1.1 has no properties and no reasons but its own: they are left out or mapped, never an error.
    /// Throws, with the buffer unchanged: `.malformedPacket` for a text or binary field beyond 65,535 bytes,
    /// `.protocolError` for what the version does not have, for a packet identifier 0 and for a property out of
    /// place or range, `.packetTooLarge` beyond 268,435,455 bytes.
    public mutating func writePacket(_ packet: Packet, version: MQTTVersion) throws(MQTTError) {
        let layout = try PacketLayout(of: packet, version: version)
        reserveCapacity(minimumWritableBytes: layout.packetCount)
        layout.write(packet, version: version, to: &self)
    }
}

extension Packet {
    /// How many bytes `writePacket` appends, to hold against a peer's Maximum Packet Size `[MQTT-3.1.2-24]`.
    ///
    /// Throws as `writePacket` does.
    public func encodedCount(version: MQTTVersion) throws(MQTTError) -> Int {
        try PacketLayout(of: self, version: version).packetCount
    }
}
