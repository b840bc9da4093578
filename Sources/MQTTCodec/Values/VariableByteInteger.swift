import NIOCore

/// MQTT's integer of one to four bytes, seven bits in each (MQTT 5 section 1.5.5).
enum VariableByteInteger {
    /// The greatest value that four bytes hold: 268,435,455.
    static let maximum = 0x0FFF_FFFF

    /// What a look at the bytes found.
    enum Peek: Equatable {
        case value(Int, byteCount: Int)
        case incomplete
        case malformed
    }

    /// Reads without moving the reader index.
    ///
    /// An encoding longer than needed is malformed `[MQTT-1.5.5-1]`.
    static func peek(_ buffer: ByteBuffer, at index: Int) -> Peek {
        var value = 0
        for count in 0..<4 {
            guard let byte: UInt8 = buffer.getInteger(at: index + count) else { return .incomplete }
            value |= Int(byte & 0x7F) << (7 * count)
            if byte & 0x80 == 0 {
                return byte == 0 && count > 0 ? .malformed : .value(value, byteCount: count + 1)
            }
        }
        return .malformed
    }

    /// How many bytes `value` takes; `value` is at most `maximum`.
    static func byteCount(of value: Int) -> Int {
        switch value {
        case ..<0x80: 1
        case ..<0x4000: 2
        case ..<0x20_0000: 3
        default: 4
        }
    }

    /// Writes `value`, which is at most `maximum`.
    static func write(_ value: Int, to buffer: inout ByteBuffer) {
        var rest = value
        while rest >= 0x80 {
            buffer.writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        buffer.writeInteger(UInt8(truncatingIfNeeded: rest))
    }
}
