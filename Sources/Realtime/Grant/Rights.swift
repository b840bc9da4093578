/// What may be done with a channel, written `s`, `p` or `sp` in tokens.
public struct Rights: OptionSet, Hashable, Sendable, CustomStringConvertible {
    /// The bits.
    public let rawValue: UInt8

    /// Takes bits; unknown ones mean nothing.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Receive the channel's events.
    public static let subscribe = Self(rawValue: 1)
    /// Publish data that becomes events of the channel.
    public static let publish = Self(rawValue: 2)

    /// Reads `s`, `p` or `sp`; nil for anything else.
    public init?(_ text: String) {
        switch text {
        case "s": self = .subscribe
        case "p": self = .publish
        case "sp": self = [.subscribe, .publish]
        default: return nil
        }
    }

    /// The rights as tokens hold them.
    public var description: String {
        (self.contains(.subscribe) ? "s" : "") + (self.contains(.publish) ? "p" : "")
    }
}
