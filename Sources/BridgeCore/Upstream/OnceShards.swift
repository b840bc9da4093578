import EventLog
import Synchronization

/// The once-window in parts, each with a lock of its own, so that no table grows so large that making room in it would
/// hold an event loop up.
final class OnceShards<Waiter: Sendable>: Sendable {
    private final class Shard: Sendable {
        let window: Mutex<OnceWindow<Waiter>>

        init(_ limits: OnceWindow<Waiter>.Limits) {
            self.window = Mutex(OnceWindow(limits))
        }
    }

    private let shards: [Shard]

    /// Creates empty windows that share the limits.
    init(_ limits: OnceWindow<Waiter>.Limits) {
        let request = OnceWindow<Waiter>.entryBytes + limits.maximumReply
        // Keys spread evenly, but of small numbers some parts would be full long before others.
        let count = limits.count >= 100_000 && limits.bytes >= 1000 * request ? 8 : 1
        var part = limits
        part.count /= count
        part.bytes /= count
        self.shards = (0..<count).map { [part] _ in Shard(part) }
    }

    /// Works on the window that has a request.
    func with<Result: Sendable>(
        _ key: RequestKey,
        _ body: @Sendable (inout OnceWindow<Waiter>) -> Result
    ) -> Result {
        self.shards[self.index(of: key)].window.withLock { body(&$0) }
    }

    /// What all windows hold.
    var usage: OnceWindow<Waiter>.Usage {
        self.shards.reduce(into: .init()) { sum, shard in
            let usage = shard.window.withLock { $0.usage }
            sum.count += usage.count
            sum.bytes += usage.bytes
        }
    }

    /// Takes what an earlier life has kept; see ``OnceWindow/restore(_:now:)``.
    func restore(_ replies: [KeptReply], now: Int64) {
        let parts = Dictionary(grouping: replies) { self.index(of: $0.key) }
        for (index, part) in parts {
            self.shards[index].window.withLock { $0.restore(part, now: now) }
        }
    }

    /// Forgets what is older than ten minutes, a few at a time, so that nobody waits for long.
    func expire(now: Int64) {
        for shard in self.shards {
            while shard.window.withLock({ $0.expire(now: now, most: 1000) }) == 1000 {}
        }
    }

    private func index(of key: RequestKey) -> Int {
        Int(key.low % UInt64(self.shards.count))
    }
}
