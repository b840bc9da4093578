import MQTTCodec
import NIOCore

/// The bytes before a frame's payload, as a server sends them: not masked (RFC 6455 section 5.2).
struct FrameHeader {
    enum Opcode: UInt8 {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10
    }

    let opcode: Opcode
    let isFinal: Bool
    let payloadCount: Int
    /// Bytes of the header itself.
    let byteCount: Int

    var isControl: Bool { opcode.rawValue >= 8 }

    /// Reads without moving the reader index; nil when more bytes are needed.
    init?(peeking buffer: ByteBuffer) throws(MQTTClientError) {
        let start = buffer.readerIndex
        guard let (first, second) = buffer.getMultipleIntegers(at: start, as: (UInt8, UInt8).self) else { return nil }
        guard first & 0x70 == 0 else { throw Self.violation("reserved bits") }
        guard let opcode = Opcode(rawValue: first & 0x0F) else { throw Self.violation("reserved opcode") }
        guard second & 0x80 == 0 else { throw Self.violation("masked frame from a server") }
        self.opcode = opcode
        isFinal = first & 0x80 != 0
        switch second {
        case 126:
            guard let count: UInt16 = buffer.getInteger(at: start + 2) else { return nil }
            guard count >= 126 else { throw Self.violation("length longer than needed") }
            (payloadCount, byteCount) = (Int(count), 4)
        case 127:
            guard let count: UInt64 = buffer.getInteger(at: start + 2) else { return nil }
            guard count > UInt64(UInt16.max), let exact = Int(exactly: count) else {
                throw Self.violation("length longer than needed, or beyond 63 bits")
            }
            (payloadCount, byteCount) = (exact, 10)
        default:
            (payloadCount, byteCount) = (Int(second), 2)
        }
        // Section 5.5
        guard !isControl || (isFinal && payloadCount <= 125) else { throw Self.violation("control frame") }
    }

    static func violation(_ what: String) -> MQTTClientError {
        MQTTClientError(.protocolViolation, "WebSocket: \(what)")
    }
}
