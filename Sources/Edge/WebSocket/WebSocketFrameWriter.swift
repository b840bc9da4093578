import NIOCore

/// Writes WebSocket frames of a server (RFC 6455, section 5.2): unmasked, unfragmented, header in place before the
/// payload so that payload bytes are written once.
enum WebSocketFrameWriter {
    /// Room for the longest header of a server's frame, in bytes.
    static let headerCapacity = 10

    /// A buffer whose payload begins behind the room for a header.
    static func makeBuffer(payloadCapacity: Int) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: headerCapacity + payloadCapacity)
        buffer.moveWriterIndex(forwardBy: headerCapacity)
        buffer.moveReaderIndex(forwardBy: headerCapacity)
        return buffer
    }

    /// Puts the header before the payload of a buffer from ``makeBuffer(payloadCapacity:)``.
    static func finish(_ buffer: inout ByteBuffer, opcode: WebSocketOpcode) {
        let count = buffer.writerIndex - headerCapacity
        let first = 0x80 | opcode.rawValue
        if count < 126 {
            buffer.setInteger(UInt16(first) << 8 | UInt16(count), at: headerCapacity - 2)
            buffer.moveReaderIndex(to: headerCapacity - 2)
        } else if count <= UInt16.max {
            buffer.setInteger(UInt16(first) << 8 | 126, at: headerCapacity - 4)
            buffer.setInteger(UInt16(count), at: headerCapacity - 2)
            buffer.moveReaderIndex(to: headerCapacity - 4)
        } else {
            buffer.setInteger(UInt16(first) << 8 | 127, at: 0)
            buffer.setInteger(UInt64(count), at: 2)
            buffer.moveReaderIndex(to: 0)
        }
    }

    /// A whole control frame; what is beyond 125 bytes of payload is cut off.
    static func control(_ opcode: WebSocketOpcode, payload: some Collection<UInt8>) -> ByteBuffer {
        var buffer = makeBuffer(payloadCapacity: 125)
        buffer.writeBytes(payload.prefix(125))
        finish(&buffer, opcode: opcode)
        return buffer
    }
}

/// A frame's opcode (RFC 6455, section 11.8).
enum WebSocketOpcode: UInt8 {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10
}
