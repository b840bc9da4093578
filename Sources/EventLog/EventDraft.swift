public import Realtime

/// An event that has no position yet.
public struct EventDraft: Sendable {
    /// The channel it goes to.
    public let channel: ChannelHash
    /// What it carries.
    public let payload: EventPayload
    /// The user that sent it through `in`; events of servers have none.
    public let by: String?
    /// What makes a repetition recognizable, if the publisher asked for it.
    public let key: IdempotencyKey?
    /// How long the channel keeps it.
    public let retention: Retention

    /// Creates a draft.
    public init(
        channel: ChannelHash,
        payload: EventPayload,
        by: String? = nil,
        key: IdempotencyKey? = nil,
        retention: Retention = Retention()
    ) {
        self.channel = channel
        self.payload = payload
        self.by = by
        self.key = key
        self.retention = retention
    }
}

/// A publisher's own name for an event: within ten minutes the same key on the same channel is the same event.
public struct IdempotencyKey: Hashable, Sendable {
    /// The longest key, in bytes.
    public static let maximumBytes = 128

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

/// How long a channel keeps its events: whichever comes first.
public struct Retention: Hashable, Sendable {
    /// In milliseconds.
    public var time: Int64
    /// A number of events.
    public var events: Int

    /// Creates a retention; five minutes or a thousand events unless said otherwise.
    public init(time: Int64 = 5 * 60 * 1000, events: Int = 1000) {
        self.time = time
        self.events = events
    }
}
