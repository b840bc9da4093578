/// A channel's signed hash: 160 bits, written as 27 characters of base64url in topics and tokens.
///
/// It is held inline, so that tables keyed by it neither allocate nor chase a pointer.
public struct ChannelHash: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The number of characters of the written form.
    public static let encodedCount = 27
    /// The number of bytes of the hash itself.
    public static let byteCount = 20

    // Visible to the inliner: the hub's tables in other modules compare and hash these on every message.
    @usableFromInline let high: UInt64
    @usableFromInline let middle: UInt64
    @usableFromInline let low: UInt32

    /// Takes the first 20 bytes, which a hash was stored as; nil where there are fewer.
    public init?(stored bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.byteCount else { return nil }
        self.high = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        self.middle = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        self.low = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
    }

    /// Lends the 20 bytes to store the hash as; bytes order as hashes do.
    public func withStoredBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        let words = (self.high.bigEndian, self.middle.bigEndian, self.low.bigEndian)
        return try withUnsafeBytes(of: words) { try body(UnsafeRawBufferPointer(rebasing: $0[..<Self.byteCount])) }
    }

    /// Takes the first 20 bytes of a keyed digest; nil where there are fewer.
    init?(digest: some Sequence<UInt8>) {
        var words = Words()
        var count = 0
        for byte in digest.prefix(Self.byteCount) {
            words.shift(in: UInt64(byte), bits: 8)
            count += 1
        }
        guard count == Self.byteCount else { return nil }
        self.init(words)
    }

    /// Reads the 27 characters; nil for any other length, alphabet, or a spelling that is not canonical.
    public init?(base64url text: Span<UInt8>) {
        guard text.count == Self.encodedCount else { return nil }
        var words = Words()
        for index in 0..<(Self.encodedCount - 1) {
            guard let value = Base64Alphabet.url.value(text[index]) else { return nil }
            words.shift(in: UInt64(value), bits: 6)
        }
        // 26 characters are 156 bits: of the last one only the upper 4 bits count, the others have to be zero.
        guard let last = Base64Alphabet.url.value(text[Self.encodedCount - 1]), last & 3 == 0 else { return nil }
        words.shift(in: UInt64(last >> 2), bits: 4)
        self.init(words)
    }

    /// Reads the 27 characters; nil for any other length, alphabet, or a spelling that is not canonical.
    public init?(_ text: String) {
        self.init(base64url: text.utf8.span)
    }

    private init(_ words: Words) {
        self.high = words.high
        self.middle = words.middle
        self.low = UInt32(truncatingIfNeeded: words.low)
    }

    /// The 27 characters.
    public var description: String {
        var output: [UInt8] = []
        output.reserveCapacity(Self.encodedCount)
        self.appendBase64URL(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends the 27 characters.
    public func appendBase64URL(to output: inout [UInt8]) {
        // 21 characters are the first 126 of the 128 bits of the two upper words.
        let top = UInt128(self.high) << 64 | UInt128(self.middle)
        for index in 0..<21 {
            output.append(Base64Alphabet.url.character(UInt8(truncatingIfNeeded: top >> UInt128(122 - 6 * index)) & 63))
        }
        // 2 bits of the upper words are left, followed by the low word's 32 and 2 zero bits: 36 bits, 6 characters.
        let rest = (self.middle & 3) << 34 | UInt64(self.low) << 2
        for index in 0..<6 {
            output.append(Base64Alphabet.url.character(UInt8(truncatingIfNeeded: rest >> UInt64(30 - 6 * index)) & 63))
        }
    }

    /// Compares all 160 bits.
    @inlinable
    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.high == rhs.high && lhs.middle == rhs.middle && lhs.low == rhs.low
    }

    /// Feeds 128 of the 160 bits: the value is a MAC, so that they are as good as all of it.
    @inlinable
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.high)
        hasher.combine(self.middle)
    }

    /// Orders by the bytes of the hash.
    public static func < (lhs: Self, rhs: Self) -> Bool {
        if lhs.high != rhs.high { return lhs.high < rhs.high }
        if lhs.middle != rhs.middle { return lhs.middle < rhs.middle }
        return lhs.low < rhs.low
    }

    /// 160 bits that are filled from the right.
    private struct Words {
        var high: UInt64 = 0
        var middle: UInt64 = 0
        var low: UInt64 = 0

        /// Shifts `bits` (less than 32) in; `low` keeps 32 bits.
        @inline(__always)
        mutating func shift(in value: UInt64, bits: UInt64) {
            self.high = self.high << bits | self.middle >> (64 - bits)
            self.middle = self.middle << bits | self.low >> (32 - bits)
            self.low = (self.low << bits | value) & 0xFFFF_FFFF
        }
    }
}
