import Realtime

/// What a request's payload is recognized by.
public struct RequestDigest: Hashable, Sendable {
    /// The upper half.
    public let high: UInt64
    /// The lower half.
    public let low: UInt64

    /// The digest of a payload.
    public init(payload: [UInt8]) {
        let digest = Digest128(domain: "request payload", bytes: payload)
        self.init(high: digest.high, low: digest.low)
    }

    /// A digest as it was stored.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}
