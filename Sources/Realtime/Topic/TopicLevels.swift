/// A topic's levels as ranges of its bytes, found without allocating.
///
/// Made only where the general rules hold: at most 255 bytes, at most 7 slashes, `rt` first and the site second.
struct TopicLevels: ~Copyable {
    static let maximumBytes = 255
    static let maximumLevels = 8

    /// The number of levels.
    private(set) var count = 0
    private var ends = InlineArray<8, UInt8>(repeating: 0)

    init?(_ bytes: Span<UInt8>, site: SiteName) {
        guard bytes.count <= Self.maximumBytes else { return nil }
        for offset in 0...bytes.count where offset == bytes.count || bytes[offset] == ASCII.slash {
            guard self.count < Self.maximumLevels else { return nil }
            self.ends[self.count] = UInt8(offset)
            self.count += 1
        }
        guard self.count >= 4, self.equals(0, "rt", bytes), self.equals(1, site.rawValue, bytes) else { return nil }
    }

    /// Where a level lies; the index has to be below `count`.
    func range(_ index: Int) -> Range<Int> {
        let start = index == 0 ? 0 : Int(self.ends[index - 1]) + 1
        return start..<Int(self.ends[index])
    }

    /// Whether a level is exactly this text.
    func equals(_ index: Int, _ text: String, _ bytes: Span<UInt8>) -> Bool {
        let range = self.range(index)
        guard range.count == text.utf8.count else { return false }
        var offset = range.lowerBound
        for byte in text.utf8 {
            if bytes[offset] != byte { return false }
            offset += 1
        }
        return true
    }

    /// A level of 1 to `limit` bytes of `[A-Za-z0-9_-]`.
    func name(_ index: Int, limit: Int, _ bytes: Span<UInt8>) -> String? {
        let range = self.range(index)
        guard !range.isEmpty, range.count <= limit else { return nil }
        for offset in range where !ASCII.isLevelByte(bytes[offset]) { return nil }
        return bytes.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    /// A level that is a channel's hash.
    func hash(_ index: Int, _ bytes: Span<UInt8>) -> ChannelHash? {
        ChannelHash(base64url: bytes.extracting(self.range(index)))
    }

    /// A level that is a component's name.
    func component(_ index: Int, _ bytes: Span<UInt8>) -> ComponentName? {
        guard let name = self.name(index, limit: ComponentName.maximumBytes, bytes) else { return nil }
        return try? ComponentName(name)
    }
}
