/// What a request's payload is recognized by.
///
/// It finds another payload, and keeps nobody from forging: whoever sends two payloads with one digest under one request
/// id gets the first one's reply, which is theirs.
public struct RequestDigest: Hashable, Sendable {
    /// The upper half.
    public let high: UInt64
    /// The lower half.
    public let low: UInt64

    /// The digest of a payload.
    public init(payload: [UInt8]) {
        // Two lanes, each a word at a time: a payload is looked at once more on its way, not more than that.
        var high = 0x9E37_79B9_7F4A_7C15 ^ UInt64(payload.count)
        var low = 0xC2B2_AE3D_27D4_EB4F ^ UInt64(payload.count)
        payload.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                var word: UInt64 = 0
                if offset + 8 <= bytes.count {
                    word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                } else {
                    for byte in bytes[offset...] { word = word << 8 | UInt64(byte) }
                }
                high = Self.mix(high, word, 0xD6E8_FEB8_6659_FD93)
                low = Self.mix(low, word, 0xA076_1D64_78BD_642F)
                offset += 8
            }
        }
        self.init(high: high, low: low)
    }

    /// A digest as it was stored.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    private static func mix(_ hash: UInt64, _ word: UInt64, _ factor: UInt64) -> UInt64 {
        let product = (hash ^ word) &* factor
        return product ^ product >> 32
    }
}
