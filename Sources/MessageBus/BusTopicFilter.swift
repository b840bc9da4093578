/// A topic filter with the wildcards `+` and `#` (MQTT 5, section 4.7).
///
/// Topics are compared byte by byte: `String` would take `é` in its two forms for equal.
public struct BusTopicFilter: Sendable, Hashable, CustomStringConvertible {
    /// The filter as it was written.
    public let description: String
    private let bytes: [UInt8]

    /// Takes a filter; nil where a wildcard does not fill its level or `#` is not the last one, and for what is empty,
    /// too long or has U+0000 in it (`[MQTT-4.7.1-1]`, `[MQTT-4.7.1-2]`).
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count <= BusTopic.maximumBytes, !bytes.contains(0) else { return nil }
        for (index, byte) in bytes.enumerated() where byte == .plus || byte == .hash {
            let beginsLevel = index == 0 || bytes[index - 1] == .slash
            let endsFilter = index == bytes.count - 1
            let endsLevel = endsFilter || (byte == .plus && bytes[index + 1] == .slash)
            guard beginsLevel, endsLevel else { return nil }
        }
        self.description = text
        self.bytes = bytes
    }

    /// Whether messages of a topic match; wildcards in the first level do not match `$SYS` and the like
    /// (`[MQTT-4.7.2-1]`).
    public func matches(_ topic: String) -> Bool {
        var topic = topic
        return topic.withUTF8 { self.matches($0.span) }
    }

    private func matches(_ topic: Span<UInt8>) -> Bool {
        if !topic.isEmpty, topic[0] == .dollar, self.bytes[0] != .dollar { return false }
        var position = 0
        var index = 0
        while index < self.bytes.count {
            switch self.bytes[index] {
            case .hash:
                return true
            case .plus:
                while position < topic.count, topic[position] != .slash { position += 1 }
                index += 1
            case let byte:
                if position < topic.count, topic[position] == byte {
                    position += 1
                    index += 1
                } else {
                    // `a/#` matches `a` too: the parent's level is part of it.
                    return position == topic.count && self.isMultiLevelTail(index)
                }
            }
        }
        return position == topic.count
    }

    private func isMultiLevelTail(_ index: Int) -> Bool {
        index == self.bytes.count - 2 && self.bytes[index] == .slash && self.bytes[index + 1] == .hash
    }
}

extension UInt8 {
    fileprivate static var plus: Self { UInt8(ascii: "+") }
    fileprivate static var hash: Self { UInt8(ascii: "#") }
    fileprivate static var slash: Self { UInt8(ascii: "/") }
    fileprivate static var dollar: Self { UInt8(ascii: "$") }
}
