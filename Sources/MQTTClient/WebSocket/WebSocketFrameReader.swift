import MQTTCodec
import NIOCore

/// Takes a server's WebSocket frames apart: pure state, no I/O (RFC 6455 section 5).
///
/// Data comes out as it arrives, without waiting for the end of a frame or message: MQTT packets may lie across
/// both `[MQTT-6.0.0-2]`, and nothing needs to be kept.
struct WebSocketFrameReader {
    enum Event: Equatable {
        case data(ByteBuffer)
        case ping(ByteBuffer)
        case pong
        /// The server's close frame; nil without a status code.
        case close(code: UInt16?)
    }

    /// Payload bytes of the present data frame that have not come yet.
    private var remaining = 0
    /// Whether the present message has further frames.
    private var isFragmented = false

    /// Takes the next event off `buffer`; nil when more bytes are needed.
    mutating func next(_ buffer: inout ByteBuffer) throws(MQTTClientError) -> Event? {
        while true {
            if remaining > 0 {
                guard buffer.readableBytes > 0 else { return nil }
                let slice = buffer.readSlice(length: min(remaining, buffer.readableBytes)) ?? ByteBuffer()
                remaining -= slice.readableBytes
                return .data(slice)
            }
            guard let header = try FrameHeader(peeking: buffer) else { return nil }
            guard header.isControl else {
                try begin(header)
                buffer.moveReaderIndex(forwardBy: header.byteCount)
                continue
            }
            guard buffer.readableBytes >= header.byteCount + header.payloadCount else { return nil }
            buffer.moveReaderIndex(forwardBy: header.byteCount)
            return try control(header, buffer.readSlice(length: header.payloadCount) ?? ByteBuffer())
        }
    }

    private mutating func begin(_ header: FrameHeader) throws(MQTTClientError) {
        switch (header.opcode, isFragmented) {
        case (.continuation, true), (.binary, false): break
        // [MQTT-6.0.0-1]
        case (.text, _): throw FrameHeader.violation("text frame")
        default: throw FrameHeader.violation("fragments out of order")
        }
        isFragmented = !header.isFinal
        remaining = header.payloadCount
    }

    private func control(_ header: FrameHeader, _ payload: ByteBuffer) throws(MQTTClientError) -> Event {
        switch header.opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong
        default:
            guard payload.readableBytes != 1 else { throw FrameHeader.violation("close frame of one byte") }
            return .close(code: payload.getInteger(at: payload.readerIndex))
        }
    }
}
