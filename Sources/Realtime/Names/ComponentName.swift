/// A frankenstyle component name: `[a-z][a-z0-9]*(_[a-z0-9]+)*`, at most 100 bytes, such as `mod_quiz`.
public struct ComponentName: Hashable, Sendable, CustomStringConvertible {
    /// The most bytes a name may have.
    public static let maximumBytes = 100

    /// The name as it is written in topics and channels.
    public let rawValue: String

    /// Checks and takes a component's name.
    ///
    /// - Throws: `channelInvalid` where it is not of that form.
    public init(_ rawValue: String) throws(RealtimeError) {
        guard Self.isValid(rawValue) else {
            throw RealtimeError(
                .channelInvalid,
                "component: a name is like mod_quiz: lower-case words and digits joined by _, up to 100 bytes"
            )
        }
        self.rawValue = rawValue
    }

    /// Whether the name is kept for the bridge's own components: it begins with `realtime_`.
    public var isReserved: Bool { self.rawValue.utf8.starts(with: "realtime_".utf8) }

    /// The name as it is written in topics and channels.
    public var description: String { self.rawValue }

    private static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        guard bytes.count <= Self.maximumBytes, let first = bytes.first, ASCII.isLowercase(first) else { return false }
        var previousIsUnderscore = false
        for byte in bytes {
            if byte == UInt8(ascii: "_") {
                if previousIsUnderscore { return false }
                previousIsUnderscore = true
            } else {
                guard ASCII.isLowercase(byte) || ASCII.isDigit(byte) else { return false }
                previousIsUnderscore = false
            }
        }
        return !previousIsUnderscore
    }
}
