import NIOCore

@testable import Edge

/// A WebSocket frame as a server writes it.
struct ServerFrame: Equatable {
    let opcode: WebSocketOpcode
    let payload: [UInt8]

    /// Takes all frames off some bytes; `nil` when they are not whole, final, unmasked frames of the shortest form.
    static func parse(_ bytes: [UInt8]) -> [ServerFrame]? {
        var buffer = ByteBuffer(bytes: bytes)
        var frames: [ServerFrame] = []
        while buffer.readableBytes > 0 {
            guard let first = buffer.readInteger(as: UInt8.self), first & 0xF0 == 0x80,
                let opcode = WebSocketOpcode(rawValue: first & 0x0F),
                let short = buffer.readInteger(as: UInt8.self), short & 0x80 == 0
            else { return nil }
            var length = Int(short)
            switch short {
            case 126:
                guard let long = buffer.readInteger(as: UInt16.self), long >= 126 else { return nil }
                length = Int(long)
            case 127:
                guard let long = buffer.readInteger(as: UInt64.self), long > 0xFFFF else { return nil }
                length = Int(long)
            default: break
            }
            guard let payload = buffer.readBytes(length: length) else { return nil }
            frames.append(ServerFrame(opcode: opcode, payload: payload))
        }
        return frames
    }

    var closeCode: UInt16? {
        guard self.opcode == .close, self.payload.count == 2 else { return nil }
        return UInt16(self.payload[0]) << 8 | UInt16(self.payload[1])
    }
}
