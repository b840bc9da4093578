import Edge
import EventLog
import Realtime

extension EventLog {
    /// Reads what somebody who stands at a place has not seen; see `EdgeDelegate.read`.
    func replay(
        _ channel: ChannelHash,
        from start: Cursor.Start,
        limit: ReplayLimit,
        completion: @escaping @Sendable (Result<ReplayPage, RealtimeError>) -> Void
    ) {
        switch start {
        case .now:
            self.head(of: channel) { completion($0.map { ReplayPage(head: $0) }) }
        case .latest:
            self.latest(channel) { result in
                completion(
                    result.map { page in
                        ReplayPage(
                            head: page.head,
                            events: page.policy?.retainsLast == true ? page.events : [],
                            hidesHistory: page.policy?.historyFromGrantOnly ?? false,
                            retainsLast: page.policy?.retainsLast ?? false
                        )
                    }
                )
            }
        case .after(let position):
            let limit = ReadLimit(events: limit.events, bytes: limit.bytes)
            self.read(channel, since: position, limit: limit) { result in
                completion(
                    result.map { page in
                        ReplayPage(
                            head: page.head,
                            events: page.events,
                            hidesHistory: page.policy?.historyFromGrantOnly ?? false,
                            retainsLast: page.policy?.retainsLast ?? false
                        )
                    }
                )
            }
        }
    }

    /// Reads what somebody who stands at a place has not seen, and waits for it.
    ///
    /// - Throws: `busy` or `log_unavailable`.
    func replay(
        _ channel: ChannelHash,
        from start: Cursor.Start,
        limit: ReplayLimit
    ) async throws(RealtimeError) -> ReplayPage {
        let result = await withCheckedContinuation { continuation in
            self.replay(channel, from: start, limit: limit) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }
}
