import Realtime

/// What an upstream request is recognized by when it is sent again: 128 bits of who sent what to whom.
///
/// It is the same in every process, since replies outlive one.
public struct RequestKey: Hashable, Sendable {
    /// The upper half.
    public let high: UInt64
    /// The lower half.
    public let low: UInt64

    /// The key of a request, by its sender's user and session, the component and the sender's own name for it.
    public init(user: String, session: String, component: String, request: String) {
        let digest = Digest128(domain: "request", user, session, component, request)
        self.init(high: digest.high, low: digest.low)
    }

    /// A key as it was stored.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A digest's half tells keys apart as well as the whole.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.high)
    }

    /// What a user's share of a window is counted by.
    ///
    /// FNV-1a: whoever is named so that two users count as one only shares a share.
    public static func owner(user: String) -> UInt64 {
        user.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
