public import EventLog
public import Realtime
import Synchronization

/// A store of replies in a SQLite file: it outlives the process.
///
/// One thread commits: what comes while a commit runs is committed together, as one row. A write that fails is reported
/// to all whom it concerns; the file is then opened again, ever more rarely, until that works.
public final class SQLiteReplyStore: ReplyStore {
    private final class Shared: Sendable {
        let queue = ReplyQueue()
        let damagedRows = Atomic<Int>(0)
    }

    private let shared: Shared
    private let threads: LogThreads

    /// Opens a store, and makes it where there is none.
    ///
    /// - Parameter settings: Where it is and how it works.
    /// - Returns: The store; what it has is read by ``load(now:)``.
    /// - Throws: `log_unavailable`, with a sentence for the operator: another bridge has it open, it is damaged or not a
    ///   store of replies, it was written by a newer version, its folder cannot be written.
    public static func open(_ settings: SQLiteReplySettings) async throws(RealtimeError) -> SQLiteReplyStore {
        let shared = Shared()
        let threads = LogThreads()
        // The thread ends by itself after ``close()``, or after this failure.
        let opened = await withCheckedContinuation { continuation in
            threads.start("reply writer") {
                ReplyWriter.run(settings, shared.queue, damagedRows: shared.damagedRows) {
                    continuation.resume(returning: $0)
                }
            }
        }
        try opened.get()
        return SQLiteReplyStore(shared, threads)
    }

    private init(_ shared: Shared, _ threads: LogThreads) {
        self.shared = shared
        self.threads = threads
    }

    deinit {
        self.shared.queue.close()
    }

    /// How many rows the last ``load(now:)`` passed over because they were damaged.
    public var damagedRows: Int { self.shared.damagedRows.load(ordering: .relaxed) }

    /// Keeps replies; the writer's thread commits them and calls the completion.
    public func keep(
        _ collect: @escaping @Sendable () -> [KeptReply],
        completion: @escaping @Sendable (Result<Void, RealtimeError>) -> Void
    ) {
        do throws(RealtimeError) {
            try self.shared.queue.add(ReplyQueue.Batch(collect: collect, completion: completion))
        } catch {
            completion(.failure(error))
        }
    }

    /// Reads what was kept and has not expired; what has is deleted.
    public func load(now: Int64) async throws(RealtimeError) -> [KeptReply] {
        let result = await withCheckedContinuation { continuation in
            do throws(RealtimeError) {
                try self.shared.queue.add(ReplyQueue.Load(now: now) { continuation.resume(returning: $0) })
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }

    /// Keeps what waits, and ends the thread.
    public func close() async {
        self.shared.queue.close()
        await self.threads.ended()
    }
}
