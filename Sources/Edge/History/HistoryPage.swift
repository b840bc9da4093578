public import Realtime

/// What a client that asks for history gets of one channel.
public struct HistoryPage: Sendable {
    /// Where the page was asked to begin.
    public let since: Position
    /// The last event of the page, else the head: where the next request goes on.
    public let position: Position
    /// Whether everything after where it was asked to begin follows.
    public let recovered: Recovery
    /// The events, in order.
    public let events: ArraySlice<EventRecord>
    /// Whether there is more now.
    public let hasMore: Bool

    /// Makes a page of its parts.
    public init(
        since: Position,
        position: Position,
        recovered: Recovery,
        events: ArraySlice<EventRecord> = [],
        hasMore: Bool = false
    ) {
        self.since = since
        self.position = position
        self.recovered = recovered
        self.events = events
        self.hasMore = hasMore
    }

    /// Takes what was read after a position.
    ///
    /// `notBefore` is given where the area shows nothing from before the grant.
    init(_ page: ReplayPage, since: Position, notBefore: Position?) {
        self.since = since
        var cursor = Cursor()
        let read = cursor.start(.after(since), notBefore: notBefore)
        guard case .deliver(let delivery) = cursor.answered(page.numbers, to: read, at: LiveEdge()) else {
            (self.position, self.recovered, self.events, self.hasMore) = (page.head, .none, [], false)
            return
        }
        self.events = page.events.dropFirst(delivery.dropping)
        self.position = page.events.last?.position ?? page.head
        self.recovered = delivery.verdict?.recovered ?? .none
        self.hasMore = self.position.sequence < page.head.sequence
    }
}
