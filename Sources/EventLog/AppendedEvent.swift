public import Realtime

/// A draft that has been committed.
public struct AppendedEvent: Sendable {
    /// Its channel.
    public let channel: ChannelHash
    /// The event with its position.
    public let record: EventRecord
    /// Its key was known: this is the first event's position, and nothing new is to be delivered.
    public let isRepetition: Bool

    /// Creates an appended event.
    public init(channel: ChannelHash, record: EventRecord, isRepetition: Bool) {
        self.channel = channel
        self.record = record
        self.isRepetition = isRepetition
    }

    /// Where it stands in its channel.
    public var position: Position { Position(epoch: self.record.epoch, sequence: self.record.sequence) }
}

/// What was read of a channel.
public struct EventPage: Sendable {
    /// Whether the events join the position asked for.
    public enum Recovery: String, Sendable {
        /// Everything after the position is there.
        case complete
        /// Some of it is gone, or the epoch is unknown, or the position lies beyond the head.
        case gap
        /// No position was given.
        case none
    }

    /// The events, in order.
    public let events: [EventRecord]
    /// Whether they join the position asked for.
    public let recovery: Recovery
    /// The channel's head when it was read.
    public let head: Position
    /// Whether the limit cut the page before the head.
    public let hasMore: Bool

    /// Creates a page.
    public init(events: [EventRecord], recovery: Recovery, head: Position, hasMore: Bool) {
        self.events = events
        self.recovery = recovery
        self.head = head
        self.hasMore = hasMore
    }
}
