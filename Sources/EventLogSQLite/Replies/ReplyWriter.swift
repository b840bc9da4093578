import Dispatch
import EventLog
import Realtime
import Synchronization

/// The thread that keeps replies: it opens the file, and opens it again after each failure.
enum ReplyWriter {
    /// The first wait before the file is opened again, and the longest, in milliseconds.
    private static let firstPause = 100
    private static let longestPause = 5000

    /// Works until the store is closed.
    ///
    /// The closure `opened` is called once; after it was called with a failure, the method returns.
    static func run(
        _ settings: SQLiteReplySettings,
        _ queue: ReplyQueue,
        damagedRows: borrowing Atomic<Int>,
        opened: (Result<Void, RealtimeError>) -> Void
    ) {
        var hasOpened = false
        var pause = Self.firstPause
        while true {
            do throws(SQLiteFault) {
                try ReplyDatabase.with(settings) { database in
                    if !hasOpened { opened(.success(())) }
                    hasOpened = true
                    while let work = queue.take() {
                        try Self.perform(work, database, settings, damagedRows: damagedRows)
                        pause = Self.firstPause
                    }
                }
                return
            } catch {
                guard hasOpened else { return opened(.failure(error.ofReplies)) }
                guard queue.fail(error.ofReplies, until: .now() + .milliseconds(pause)) else { return }
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    private static func perform(
        _ work: ReplyQueue.Work,
        _ database: ReplyDatabase,
        _ settings: SQLiteReplySettings,
        damagedRows: borrowing Atomic<Int>
    ) throws(SQLiteFault) {
        var rest = work
        do throws(SQLiteFault) {
            if !work.batches.isEmpty {
                let replies = work.batches.flatMap { $0.collect() }
                if !replies.isEmpty { try database.keep(replies, now: settings.now()) }
                for batch in work.batches { batch.completion(.success(())) }
                rest.batches = []
            }
            for load in work.loads {
                let loaded = try database.load(now: load.now)
                damagedRows.store(loaded.damagedRows, ordering: .relaxed)
                load.completion(.success(loaded.replies))
                rest.loads.removeFirst()
            }
        } catch {
            rest.fail(error.ofReplies)
            throw error
        }
    }
}

extension SQLiteFault {
    /// The error for whoever wanted a reply kept or read.
    fileprivate var ofReplies: RealtimeError {
        RealtimeError(.logUnavailable, self.message.replacing("the event log", with: "the store of replies"))
    }
}
