import NIOCore

/// Sizes and bytes of length-prefixed fields (MQTT 5 sections 1.5.4 and 1.5.6).
enum FieldWriter {
    /// The greatest length that the two bytes in front can tell.
    private static let maximum = Int(UInt16.max)

    static func count(of text: String) throws(MQTTError) -> Int {
        // [MQTT-1.5.4-2]
        guard !text.utf8.contains(0) else { throw .malformed("text holds U+0000") }
        return try prefixed(text.utf8.count)
    }

    static func count(of bytes: ByteBuffer) throws(MQTTError) -> Int { try prefixed(bytes.readableBytes) }

    static func prefixed(_ count: Int) throws(MQTTError) -> Int {
        guard count <= maximum else { throw .malformed("field longer than 65,535 bytes") }
        return 2 + count
    }

    /// Writes a text whose `count(of:)` was taken.
    static func write(_ text: String, to buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt16(truncatingIfNeeded: text.utf8.count))
        buffer.writeString(text)
    }

    /// Writes bytes whose `count(of:)` was taken.
    static func write(_ bytes: ByteBuffer, to buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt16(truncatingIfNeeded: bytes.readableBytes))
        buffer.writeImmutableBuffer(bytes)
    }
}
