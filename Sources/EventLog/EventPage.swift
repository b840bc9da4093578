public import Realtime

/// What was read of a channel.
public struct EventPage: Sendable {
    /// The events, in order.
    public let events: [EventRecord]
    /// Whether they join the position asked for.
    public let recovery: Recovery
    /// With a gap: events up to this sequence number are lost to the reader; `nil` without one.
    public let lostThrough: UInt64?
    /// The channel's head when it was read.
    public let head: Position
    /// Whether the limit cut the page before the head.
    public let hasMore: Bool
    /// What is remembered of how the channel keeps its events; `nil` where it was never used.
    public let policy: ChannelPolicy?

    /// Creates a page.
    public init(
        events: [EventRecord],
        recovery: Recovery,
        lostThrough: UInt64? = nil,
        head: Position,
        hasMore: Bool,
        policy: ChannelPolicy? = nil
    ) {
        self.events = events
        self.recovery = recovery
        self.lostThrough = lostThrough
        self.head = head
        self.hasMore = hasMore
        self.policy = policy
    }
}

/// How much one read returns at most; one event is returned whatever its size.
public struct ReadLimit: Sendable, Hashable {
    /// The largest number of events, at least 1.
    public let events: Int
    /// The largest sum of the payloads' bytes.
    public let bytes: Int

    /// Creates a limit; a thousand events and a mebibyte unless said otherwise.
    public init(events: Int = 1000, bytes: Int = 1 << 20) {
        self.events = max(1, events)
        self.bytes = bytes
    }

    /// Whether a page that holds this much takes one more event.
    public func admits(_ size: Int, events: Int, bytes: Int) -> Bool {
        events == 0 || events < self.events && size <= self.bytes - bytes
    }
}
