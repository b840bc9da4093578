public import Realtime

/// A draft that has been committed.
public struct AppendedEvent: Sendable {
    /// Its channel.
    public let channel: ChannelHash
    /// The event with its position.
    public let record: EventRecord
    /// Its number among the events of all channels; `nil` where its key was known: then this is the first event's
    /// position, and nothing new is to be delivered.
    public let number: UInt64?

    /// Creates an appended event.
    public init(channel: ChannelHash, record: EventRecord, number: UInt64?) {
        self.channel = channel
        self.record = record
        self.number = number
    }

    /// Whether its key was known.
    public var isRepetition: Bool { self.number == nil }

    /// Where it stands in its channel.
    public var position: Position { self.record.position }
}

/// What became of one draft.
public typealias AppendResult = Result<AppendedEvent, RealtimeError>
