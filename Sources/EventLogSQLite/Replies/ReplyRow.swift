import EventLog

/// How the replies of one commit are laid out in a row; integers are little-endian.
///
/// Version 1 byte, 3 zero, count 4, checksum of what follows 8; for each reply key 16, digest 16, owner 8, expiry 8,
/// length 4, and the reply.
enum ReplyRow {
    private static let version: UInt64 = 1
    private static let headerBytes = 16
    /// What a reply takes beside its own bytes.
    static let replyBytes = 52

    static func encode(_ replies: [KeptReply]) -> [UInt8] {
        let count = replies.reduce(Self.headerBytes) { $0 + Self.replyBytes + $1.reply.count }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            var offset = Self.headerBytes
            func put(_ value: some FixedWidthInteger) {
                bytes.storeBytes(of: value.littleEndian, toByteOffset: offset, as: type(of: value))
                offset += value.bitWidth / 8
            }
            for reply in replies {
                put(reply.key.high)
                put(reply.key.low)
                put(reply.digest.high)
                put(reply.digest.low)
                put(reply.owner)
                put(reply.expires)
                put(UInt32(reply.reply.count))
                bytes[offset...].copyBytes(from: reply.reply)
                offset += reply.reply.count
            }
            offset = 0
            put(Self.version | UInt64(replies.count) << 32)
            put(Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[Self.headerBytes...])))
            initialized = count
        }
    }

    /// The replies of a row; `nil` where it cannot be what was written.
    static func decode(_ row: [UInt8]) -> [KeptReply]? {
        row.withUnsafeBytes { bytes in
            guard bytes.count >= Self.headerBytes else { return nil }
            let header = Self.word(bytes, 0)
            let body = UnsafeRawBufferPointer(rebasing: bytes[Self.headerBytes...])
            guard header & 0xFFFF_FFFF == Self.version, Self.word(bytes, 8) == Checksum.of(body) else { return nil }
            var replies: [KeptReply] = []
            var offset = 0
            for _ in 0..<(header >> 32) {
                guard body.count - offset >= Self.replyBytes else { return nil }
                let length = Int(UInt32(littleEndian: body.loadUnaligned(fromByteOffset: offset + 48, as: UInt32.self)))
                let start = offset + Self.replyBytes
                guard body.count - start >= length else { return nil }
                replies.append(
                    KeptReply(
                        key: RequestKey(high: Self.word(body, offset), low: Self.word(body, offset + 8)),
                        digest: RequestDigest(high: Self.word(body, offset + 16), low: Self.word(body, offset + 24)),
                        owner: Self.word(body, offset + 32),
                        expires: Int64(bitPattern: Self.word(body, offset + 40)),
                        reply: Array(body[start..<(start + length)])
                    ))
                offset = start + length
            }
            return offset == body.count ? replies : nil
        }
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
