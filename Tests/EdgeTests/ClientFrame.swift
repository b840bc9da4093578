@testable import Edge

/// A WebSocket frame as a client writes it, right or wrong.
struct ClientFrame {
    var opcode: UInt8 = WebSocketOpcode.binary.rawValue
    var payload: [UInt8] = []
    var isFinal = true
    var reserved: UInt8 = 0
    var mask: [UInt8]? = [0x11, 0x22, 0x33, 0x44]

    static func binary(_ payload: [UInt8], mask: [UInt8] = [0x11, 0x22, 0x33, 0x44]) -> [UInt8] {
        ClientFrame(payload: payload, mask: mask).bytes
    }

    static func control(_ opcode: WebSocketOpcode, _ payload: [UInt8] = []) -> [UInt8] {
        ClientFrame(opcode: opcode.rawValue, payload: payload).bytes
    }

    var bytes: [UInt8] {
        var bytes = [(self.isFinal ? 0x80 : 0) | self.reserved | self.opcode]
        let masked: UInt8 = self.mask == nil ? 0 : 0x80
        switch self.payload.count {
        case ..<126:
            bytes.append(masked | UInt8(self.payload.count))
        case ...0xFFFF:
            bytes.append(masked | 126)
            bytes += (0..<2).reversed().map { UInt8(truncatingIfNeeded: self.payload.count >> (8 * $0)) }
        default:
            bytes.append(masked | 127)
            bytes += (0..<8).reversed().map { UInt8(truncatingIfNeeded: self.payload.count >> (8 * $0)) }
        }
        guard let mask = self.mask else { return bytes + self.payload }
        return bytes + mask + self.payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }
}
