@testable import Edge

/// A client's frames around a message, with what a decoder has to find in them.
///
/// Every way of cutting, masking and spelling the length that the bytes ask for, with pings in between.
struct ClientFrames {
    private(set) var bytes: [UInt8] = []
    private(set) var pings: [[UInt8]] = []

    init(of payload: [UInt8], plan: inout FuzzInput) {
        var rest = payload[...]
        var isFirst = true
        repeat {
            let step = plan.choice()
            if step & 0x80 != 0 {
                let ping = Array(rest.prefix(Int(step & 0x7F) % 126))
                append(.ping, ping[...], isFinal: true, mask: step)
                pings.append(ping)
            }
            let piece = step == 0 ? rest : rest.prefix(Int(step))
            rest = rest.dropFirst(piece.count)
            append(isFirst ? .binary : .continuation, piece, isFinal: rest.isEmpty, mask: plan.choice())
            isFirst = false
        } while !rest.isEmpty
    }

    private mutating func append(_ opcode: WebSocketOpcode, _ payload: ArraySlice<UInt8>, isFinal: Bool, mask: UInt8) {
        bytes.append(opcode.rawValue | (isFinal ? 0x80 : 0))
        switch payload.count {
        case ..<126:
            bytes.append(0x80 | UInt8(payload.count))
        case ...0xFFFF:
            bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            bytes.append(0x80 | 127)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        let masks = [mask, ~mask, mask &* 3, mask ^ 0x5A]
        bytes += masks
        bytes += payload.enumerated().map { $1 ^ masks[$0 % 4] }
    }
}
