public import Realtime

/// What was read of a channel for somebody who has not seen it.
public struct ReplayPage: Sendable {
    /// The channel's head when it was read.
    public let head: Position
    /// The events in order, read at the same moment; none where nothing is retained after what was asked for.
    public let events: [EventRecord]
    /// The channel's area shows nothing from before a grant (`history: grant`).
    public let hidesHistory: Bool
    /// The channel's area has newcomers get its last event first (`retain: last`).
    public let retainsLast: Bool

    /// Creates a page.
    public init(
        head: Position,
        events: [EventRecord] = [],
        hidesHistory: Bool = false,
        retainsLast: Bool = false
    ) {
        self.head = head
        self.events = events
        self.hidesHistory = hidesHistory
        self.retainsLast = retainsLast
    }

    /// The page by numbers, for a subscription's cursor.
    public var numbers: Cursor.Page {
        Cursor.Page(head: self.head, first: self.events.first?.sequence, count: self.events.count)
    }
}

/// How much one read brings at most; it brings at least one event, whatever its size.
public struct ReplayLimit: Hashable, Sendable {
    /// A number of events.
    public let events: Int
    /// The sum of their payloads, in bytes.
    public let bytes: Int

    /// Creates a limit.
    public init(events: Int, bytes: Int) {
        self.events = events
        self.bytes = bytes
    }
}
