public import Realtime

/// A publisher's own name for an event: within ten minutes the same key on the same channel is the same event.
public struct IdempotencyKey: Hashable, Sendable {
    /// The longest key, in bytes.
    public static let maximumBytes = 128
    /// How long a key is remembered, in milliseconds.
    public static let lifetime: Int64 = 10 * 60 * 1000
    /// How many keys of a channel are remembered at once; one more is refused, never is one forgotten early.
    public static let maximumCount = 10_000

    /// Who gave the key: keys of different publishers never meet.
    public let publisher: String
    /// The key itself, compared by bytes.
    public let bytes: [UInt8]

    /// Creates a key.
    ///
    /// - Throws: `payload_invalid` when it is empty or longer than 128 bytes.
    public init(publisher: String, key: String) throws(RealtimeError) {
        let bytes = Array(key.utf8)
        guard (1...Self.maximumBytes).contains(bytes.count) else {
            throw RealtimeError(.payloadInvalid, "key: 1 to \(Self.maximumBytes) bytes")
        }
        self.publisher = publisher
        self.bytes = bytes
    }
}

extension RealtimeError {
    /// The key is remembered with another payload.
    public static let keyReused = RealtimeError(.keyReused, "the key was used with another payload")
    /// The channel remembers as many keys as it may.
    public static let tooManyKeys = RealtimeError(.busy, "too many keys on this channel within ten minutes")
    /// More is waiting to be committed than the log holds.
    public static let tooMuchWaiting = RealtimeError(.busy, "too many events wait for the event log")
    /// The log is closed.
    public static let logClosed = RealtimeError(.logUnavailable, "the event log is closed")
}
