/// A topic filter with the wildcards `+` and `#` (MQTT 5, section 4.7), or such a filter that receivers share:
/// `$share/{name}/{filter}` (section 4.8.2).
///
/// Topics are compared byte by byte: `String` would take `é` in its two forms for equal.
public struct BusTopicFilter: Sendable, Hashable, CustomStringConvertible {
    /// The filter as it was written.
    public let description: String
    /// What topics are compared with.
    private let bytes: ArraySlice<UInt8>

    /// Takes a filter; nil where a wildcard does not fill its level or `#` is not the last one, and for what is empty,
    /// too long or has U+0000 in it (`[MQTT-4.7.1-1]`, `[MQTT-4.7.1-2]`), or shared without a name.
    public init?(_ text: String) {
        var bytes = ArraySlice(text.utf8)
        guard bytes.count <= BusTopic.maximumBytes, !bytes.contains(0) else { return nil }
        if bytes.starts(with: Self.shared.utf8) {
            let named = bytes.dropFirst(Self.shared.utf8.count)
            guard let end = named.firstIndex(of: .slash), end > named.startIndex,
                !named[..<end].contains(where: { $0 == .plus || $0 == .hash })
            else { return nil }
            bytes = named[(end + 1)...]
        }
        guard !bytes.isEmpty else { return nil }
        for index in bytes.indices where bytes[index] == .plus || bytes[index] == .hash {
            let byte = bytes[index]
            let beginsLevel = index == bytes.startIndex || bytes[index - 1] == .slash
            let endsFilter = index == bytes.endIndex - 1
            let endsLevel = endsFilter || (byte == .plus && bytes[index + 1] == .slash)
            guard beginsLevel, endsLevel else { return nil }
        }
        self.description = text
        self.bytes = bytes
    }

    private static let shared = "$share/"

    /// Whether messages of a topic match; wildcards in the first level do not match `$SYS` and the like
    /// (`[MQTT-4.7.2-1]`).
    public func matches(_ topic: String) -> Bool {
        var topic = topic
        return topic.withUTF8 { self.matches($0.span) }
    }

    private func matches(_ topic: Span<UInt8>) -> Bool {
        if !topic.isEmpty, topic[0] == .dollar, self.bytes.first != .dollar { return false }
        var position = 0
        var index = self.bytes.startIndex
        while index < self.bytes.endIndex {
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
        index == self.bytes.endIndex - 2 && self.bytes[index] == .slash && self.bytes[index + 1] == .hash
    }
}

extension UInt8 {
    fileprivate static var plus: Self { UInt8(ascii: "+") }
    fileprivate static var hash: Self { UInt8(ascii: "#") }
    fileprivate static var slash: Self { UInt8(ascii: "/") }
    fileprivate static var dollar: Self { UInt8(ascii: "$") }
}
