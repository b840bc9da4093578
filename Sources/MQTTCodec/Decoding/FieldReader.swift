import NIOCore

/// Takes one field after the other off a packet's bytes; running out of bytes is a malformed packet.
struct FieldReader {
    private var bytes: ByteBuffer

    init(_ bytes: ByteBuffer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { bytes.readableBytes == 0 }
    var remaining: Int { bytes.readableBytes }

    mutating func byte() throws(MQTTError) -> UInt8 {
        guard let value: UInt8 = bytes.readInteger() else { throw Self.truncated }
        return value
    }

    mutating func twoByteInteger() throws(MQTTError) -> UInt16 {
        guard let value: UInt16 = bytes.readInteger() else { throw Self.truncated }
        return value
    }

    mutating func fourByteInteger() throws(MQTTError) -> UInt32 {
        guard let value: UInt32 = bytes.readInteger() else { throw Self.truncated }
        return value
    }

    mutating func variableByteInteger() throws(MQTTError) -> Int {
        switch VariableByteInteger.peek(bytes, at: bytes.readerIndex) {
        case .value(let value, let count):
            bytes.moveReaderIndex(forwardBy: count)
            return value
        case .incomplete: throw Self.truncated
        case .malformed: throw .malformed("variable byte integer of more bytes than needed")
        }
    }

    /// A packet identifier, which is never 0 `[MQTT-2.2.1-3]`.
    mutating func packetID() throws(MQTTError) -> UInt16 {
        let value = try twoByteInteger()
        guard value != 0 else { throw .protocolError("packet identifier 0") }
        return value
    }

    /// The next `count` bytes as fields of their own.
    mutating func nested(_ count: Int) throws(MQTTError) -> FieldReader {
        guard let slice = bytes.readSlice(length: count) else { throw Self.truncated }
        return FieldReader(slice)
    }

    /// Binary data: two bytes of length, then the bytes, as a slice (section 1.5.6).
    mutating func binary() throws(MQTTError) -> ByteBuffer {
        guard let slice = bytes.readLengthPrefixedSlice(as: UInt16.self) else { throw Self.truncated }
        return slice
    }

    /// A UTF-8 encoded string as a slice of checked bytes (section 1.5.4).
    mutating func text() throws(MQTTError) -> ByteBuffer {
        let slice = try binary()
        guard TextCheck(slice).isValid else { throw .malformed("text is not UTF-8 or holds U+0000") }
        return slice
    }

    /// A topic name: text without wildcards `[MQTT-3.3.2-2]`; may be empty.
    mutating func topicName() throws(MQTTError) -> ByteBuffer {
        let slice = try binary()
        let check = TextCheck(slice)
        guard check.isValid else { throw .malformed("topic name is not UTF-8 or holds U+0000") }
        guard !check.hasWildcard else { throw MQTTError(.topicNameInvalid, "topic name with a wildcard") }
        return slice
    }

    /// A topic filter: text of at least one character `[MQTT-4.7.3-1]`.
    mutating func topicFilter() throws(MQTTError) -> ByteBuffer {
        let slice = try text()
        guard slice.readableBytes > 0 else { throw MQTTError(.topicFilterInvalid, "empty topic filter") }
        return slice
    }

    /// A UTF-8 encoded string (section 1.5.4).
    mutating func string() throws(MQTTError) -> String {
        String(buffer: try text())
    }

    /// All that is left.
    mutating func rest() -> ByteBuffer {
        defer { bytes.moveReaderIndex(to: bytes.writerIndex) }
        return bytes
    }

    /// Fails when bytes are left over: the packet's length and its fields disagree.
    func finish() throws(MQTTError) {
        guard isAtEnd else { throw .malformed("bytes behind the packet's last field") }
    }

    private static var truncated: MQTTError { .malformed("packet shorter than its fields") }
}
