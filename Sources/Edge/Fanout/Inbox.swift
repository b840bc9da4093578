import Synchronization

/// Events on their way to one event loop, in commit order.
///
/// What is pushed while the loop is busy is taken in one piece when it turns: that is what joins writes. Its bound is
/// the log's: nothing enters that was not committed, and a committer that runs ahead of the loops blocks nobody.
final class Inbox: Sendable {
    private let events = Mutex<[DeliverableEvent]>([])

    /// Adds events at the end.
    ///
    /// - Returns: Whether the loop must be woken, since the inbox was empty.
    func push(_ batch: [DeliverableEvent]) -> Bool {
        self.events.withLock { events in
            defer { events.append(contentsOf: batch) }
            return events.isEmpty
        }
    }

    /// Takes everything.
    func takeAll() -> [DeliverableEvent] {
        self.events.withLock { events in
            let taken = events
            events = []
            return taken
        }
    }
}
