import NIOCore

extension ByteBuffer {
    /// Appends one masked, final frame, as every frame of a client is (RFC 6455 section 5.3).
    mutating func writeFrame(_ opcode: FrameHeader.Opcode, _ payload: ByteBuffer, mask: UInt32) {
        let count = payload.readableBytes
        reserveCapacity(minimumWritableBytes: 14 + count)
        writeInteger(0x80 | opcode.rawValue)
        switch count {
        case ..<126:
            writeInteger(0x80 | UInt8(count))
        case ...Int(UInt16.max):
            writeInteger(UInt8(0x80 | 126))
            writeInteger(UInt16(count))
        default:
            writeInteger(UInt8(0x80 | 127))
            writeInteger(UInt64(count))
        }
        writeInteger(mask)
        let start = writerIndex
        writeImmutableBuffer(payload)
        applyMask(mask, from: start, count: count)
    }

    /// Masks and unmasks: the same operation.
    mutating func applyMask(_ mask: UInt32, from start: Int, count: Int) {
        let offset = start - readerIndex
        let key: [4 of UInt8] = [
            UInt8(truncatingIfNeeded: mask >> 24), UInt8(truncatingIfNeeded: mask >> 16),
            UInt8(truncatingIfNeeded: mask >> 8), UInt8(truncatingIfNeeded: mask),
        ]
        withUnsafeMutableReadableBytes { bytes in
            for index in 0..<count { bytes[offset + index] ^= key[index & 3] }
        }
    }
}
