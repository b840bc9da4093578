public import Realtime

/// An event with its place among those of all channels.
public struct CommittedEvent: Sendable, Hashable {
    /// Its number: events of all channels are numbered in the order in which they were committed.
    public let number: UInt64
    /// Its channel.
    public let channel: ChannelHash
    /// The event with its position.
    public let record: EventRecord

    /// Creates a committed event.
    public init(number: UInt64, channel: ChannelHash, record: EventRecord) {
        self.number = number
        self.channel = channel
        self.record = record
    }
}

/// What was read over all channels.
public struct CommittedPage: Sendable {
    /// The events in the order of their commits; those that retention has taken meanwhile are left out.
    public let events: [CommittedEvent]
    /// Where the next read goes on.
    public let next: UInt64
    /// Whether the limit cut the page.
    public let hasMore: Bool

    /// Creates a page.
    public init(events: [CommittedEvent], next: UInt64, hasMore: Bool) {
        self.events = events
        self.next = next
        self.hasMore = hasMore
    }
}
