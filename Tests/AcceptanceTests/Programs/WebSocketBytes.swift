/// WebSocket frames of a client byte by byte, so that they can be wrong (RFC 6455, section 5.2).
enum WebSocketBytes {
    /// The head of a handshake that is good, but for what a test changes.
    static func handshake(_ lines: [String] = []) -> [UInt8] {
        let head =
            [
                "GET /mqtt HTTP/1.1", "Host: h", "Upgrade: websocket", "Connection: Upgrade",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Protocol: mqtt",
            ] + lines
        return Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// One frame; the opcode is binary data if none is given.
    static func frame(
        _ payload: [UInt8] = [],
        opcode: UInt8 = 2,
        isFinal: Bool = true,
        reserved: UInt8 = 0,
        isMasked: Bool = true
    ) -> [UInt8] {
        let first = (isFinal ? 0x80 : 0) | reserved | opcode
        let mask: [UInt8] = isMasked ? [1, 2, 3, 4] : []
        let bit: UInt8 = isMasked ? 0x80 : 0
        let length: [UInt8]
        switch payload.count {
        case ..<126: length = [bit | UInt8(payload.count)]
        case ..<65_536: length = [bit | 126] + MQTTBytes.number(UInt16(payload.count))
        default: length = [bit | 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        let masked = isMasked ? payload.enumerated().map { $1 ^ mask[$0 & 3] } : payload
        return [first] + length + mask + masked
    }
}
