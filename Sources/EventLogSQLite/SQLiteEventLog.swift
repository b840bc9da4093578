public import EventLog
import Foundation
public import Realtime
import Synchronization

/// An event log in a SQLite file: it outlives the process.
///
/// One thread commits: what comes while a commit runs is committed together. Reads are answered from memory, at once,
/// where it reaches back far enough, else by a few reading threads. A write that fails is reported to all whom it
/// concerns; the file is then opened again, ever more rarely, until that works.
public final class SQLiteEventLog: EventLog {
    /// What became of opening a log.
    public struct Opening: Sendable, Hashable {
        /// The log's present epoch.
        public let epoch: Epoch
        /// Why it is a new one, though the log is not; `nil` where it is the one before.
        public let reasonForEpoch: String?
    }

    /// How many threads read.
    private static let readers = 2

    private let shared: LogShared
    private let reads = ReadQueue()
    private let threads: LogThreads
    /// What became of opening it.
    public let opening: Opening

    /// Opens a log, and makes it where there is none.
    ///
    /// - Parameter settings: Where it is and how it works.
    /// - Returns: The log, which has read what it needs.
    /// - Throws: `log_unavailable`, with a sentence for the operator: another bridge has it open, it is damaged, it was
    ///   written by a newer version, its folder cannot be written.
    public static func open(_ settings: SQLiteLogSettings) async throws(RealtimeError) -> SQLiteEventLog {
        let shared = LogShared(settings)
        let threads = LogThreads()
        // The thread ends by itself after ``close()``, or after this failure.
        let opened = await withCheckedContinuation { continuation in
            threads.start("event log writer") {
                WriterThread.run(shared) { continuation.resume(returning: $0) }
            }
        }
        try opened.get()
        return SQLiteEventLog(shared, threads)
    }

    private init(_ shared: LogShared, _ threads: LogThreads) {
        self.shared = shared
        self.threads = threads
        self.opening = shared.state.withLock { Opening(epoch: $0.epoch, reasonForEpoch: $0.reasonForEpoch) }
        let reader = LogReader(shared: shared, queue: self.reads)
        for _ in 0..<Self.readers {
            threads.start("event log reader") { reader.run() }
        }
    }

    deinit {
        self.reads.close(readers: Self.readers)
        self.shared.queue.close()
    }

    /// Appends events; the writer's thread commits them and calls the completion.
    public func append(_ drafts: [EventDraft], completion: @escaping @Sendable ([AppendResult]) -> Void) {
        do throws(RealtimeError) {
            try self.shared.queue.add(WorkQueue.Batch(drafts: drafts, completion: completion))
        } catch {
            self.refuse(error)
            completion(drafts.map { _ in .failure(error) })
        }
    }

    /// Reads a channel's events that follow a position.
    public func read(
        _ channel: ChannelHash,
        since position: Position?,
        limit: ReadLimit,
        completion: @escaping Completion<EventPage>
    ) {
        if let page = self.shared.page(channel, since: position, limit: limit) { return completion(.success(page)) }
        self.wait(for: .page(channel, position, limit, completion))
    }

    /// Reads a channel's last event.
    public func latest(_ channel: ChannelHash, completion: @escaping Completion<EventPage>) {
        if let page = self.shared.latest(channel) { return completion(.success(page)) }
        self.wait(for: .latest(channel, completion))
    }

    /// Finds the position of a channel's last event.
    public func head(of channel: ChannelHash, completion: @escaping Completion<Position>) {
        if let head = self.shared.head(of: channel) { return completion(.success(head)) }
        self.wait(for: .head(channel, completion))
    }

    /// Reads the events of all channels in the order in which they were committed.
    public func readCommitted(
        after number: UInt64,
        limit: ReadLimit,
        completion: @escaping Completion<CommittedPage>
    ) {
        if let page = self.shared.committed(after: number, limit: limit) { return completion(.success(page)) }
        self.wait(for: .committed(number, limit, completion))
    }

    /// Finds the number that a cursor stands at.
    public func cursor(named name: String, completion: @escaping Completion<UInt64?>) {
        completion(.success(self.shared.state.withLock { $0.cursors[name] }))
    }

    /// Sets a cursor, with the next commit.
    public func setCursor(named name: String, to number: UInt64, completion: @escaping Completion<Void>) {
        do throws(RealtimeError) {
            try self.shared.queue.add(WorkQueue.Cursor(name: name, number: number, completion: completion))
        } catch {
            self.refuse(error)
            completion(.failure(error))
        }
    }

    /// How the log is doing.
    public var status: EventLogStatus { self.shared.state.withLock { $0.status } }

    /// Commits what waits, marks the file as closed cleanly, and ends the threads.
    public func close() async {
        self.reads.close(readers: Self.readers)
        self.shared.queue.close()
        await self.threads.ended()
    }

    private func wait(for request: ReadQueue.Request) {
        do throws(RealtimeError) {
            try self.reads.add(request)
        } catch {
            self.refuse(error)
            request.fail(error)
        }
    }

    private func refuse(_ error: RealtimeError) {
        if error.code == .busy { self.shared.noteRefusal() }
    }
}
