public import Realtime

extension EventLog {
    /// Appends events, and waits for the commit; cancellation does not take it back.
    public func append(_ drafts: [EventDraft]) async -> [AppendResult] {
        await withCheckedContinuation { continuation in
            self.append(drafts) { continuation.resume(returning: $0) }
        }
    }

    /// Reads a channel's events that follow a position; `nil` reads from the beginning of what is retained.
    ///
    /// - Throws: `busy` or `log_unavailable`.
    public func read(
        _ channel: ChannelHash,
        since position: Position?,
        limit: ReadLimit = ReadLimit()
    ) async throws(RealtimeError) -> EventPage {
        try await Self.wait { self.read(channel, since: position, limit: limit, completion: $0) }
    }

    /// Reads a channel's last event: a page of at most one event.
    ///
    /// - Throws: `busy` or `log_unavailable`.
    public func latest(_ channel: ChannelHash) async throws(RealtimeError) -> EventPage {
        try await Self.wait { self.latest(channel, completion: $0) }
    }

    /// The position of a channel's last event, retained or not; an empty channel is at sequence 0.
    ///
    /// - Throws: `busy` or `log_unavailable`.
    public func head(of channel: ChannelHash) async throws(RealtimeError) -> Position {
        try await Self.wait { self.head(of: channel, completion: $0) }
    }

    /// Reads the events of all channels in the order in which they were committed.
    ///
    /// - Throws: `busy` or `log_unavailable`.
    public func readCommitted(
        after number: UInt64,
        limit: ReadLimit = ReadLimit()
    ) async throws(RealtimeError) -> CommittedPage {
        try await Self.wait { self.readCommitted(after: number, limit: limit, completion: $0) }
    }

    /// The number that a cursor stands at; `nil` where none of that name was set.
    ///
    /// - Throws: `log_unavailable`.
    public func cursor(named name: String) async throws(RealtimeError) -> UInt64? {
        try await Self.wait { self.cursor(named: name, completion: $0) }
    }

    /// Sets a cursor, and waits for the commit.
    ///
    /// - Throws: `limit` or `log_unavailable`.
    public func setCursor(named name: String, to number: UInt64) async throws(RealtimeError) {
        try await Self.wait { self.setCursor(named: name, to: number, completion: $0) }
    }

    private static func wait<Value: Sendable>(
        _ start: (@escaping Completion<Value>) -> Void
    ) async throws(RealtimeError) -> Value {
        let result = await withCheckedContinuation { continuation in
            start { continuation.resume(returning: $0) }
        }
        return try result.get()
    }
}
