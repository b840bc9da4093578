import Synchronization

/// Events on their way to one event loop, in commit order.
///
/// What is pushed while the loop is busy is taken in one piece when it turns: that is what joins writes. A loop that
/// does not keep up loses what is in it, and has its subscribers read it from the log instead.
final class Inbox: Sendable {
    /// What a loop finds.
    struct Content: Sendable {
        fileprivate(set) var events: [DeliverableEvent] = []
        /// Events were lost: whoever is live here may miss some of any channel.
        fileprivate(set) var hasOverflowed = false
        fileprivate var bytes = 0

        var isEmpty: Bool { self.events.isEmpty && !self.hasOverflowed }
    }

    private static let maximumEvents = 100_000
    private static let maximumBytes = 64 << 20

    private let content = Mutex(Content())

    /// Adds events at the end.
    ///
    /// - Returns: Whether the loop must be woken, since the inbox was empty.
    func push(_ batch: [DeliverableEvent]) -> Bool {
        let bytes = batch.reduce(0) { $0 + $1.json.count }
        return self.content.withLock { content in
            let wasEmpty = content.isEmpty
            content.bytes += bytes
            if content.events.count + batch.count > Self.maximumEvents || content.bytes > Self.maximumBytes {
                content = Content(events: [], hasOverflowed: true, bytes: 0)
            } else {
                content.events.append(contentsOf: batch)
            }
            return wasEmpty
        }
    }

    /// Takes everything.
    func takeAll() -> Content {
        self.content.withLock { content in
            let taken = content
            content = Content()
            return taken
        }
    }
}
