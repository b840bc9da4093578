import NIOCore

/// Writes WebSocket frames of a server (RFC 6455, section 5.2): unmasked and unfragmented.
///
/// Each MQTT packet gets a frame of its own. [MQTT-6.0.0-2] allows several in one, but some clients look at a frame's
/// first packet only until more bytes come; frames are joined into one write instead, which costs two to four bytes each.
enum WebSocketFrameWriter {
    /// Room for the header of a frame of up to 65,535 bytes.
    static let usualHeader = 4

    /// Appends the header of a frame.
    static func writeHeader(_ opcode: WebSocketOpcode, payloadCount: Int, to buffer: inout ByteBuffer) {
        let first = UInt16(0x80 | opcode.rawValue) << 8
        if payloadCount < 126 {
            buffer.writeInteger(first | UInt16(payloadCount))
        } else if payloadCount <= UInt16.max {
            buffer.writeMultipleIntegers(first | 126, UInt16(payloadCount))
        } else {
            buffer.writeMultipleIntegers(first | 127, UInt64(payloadCount))
        }
    }

    /// A whole control frame; what is beyond 125 bytes of payload is cut off.
    static func control(_ opcode: WebSocketOpcode, payload: some Collection<UInt8>) -> ByteBuffer {
        let payload = payload.prefix(125)
        var buffer = ByteBufferAllocator().buffer(capacity: 2 + payload.count)
        self.writeHeader(opcode, payloadCount: payload.count, to: &buffer)
        buffer.writeBytes(payload)
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
