import Dispatch
import EventLog
import Realtime
import Synchronization

/// What waits to be committed.
final class WorkQueue: Sendable {
    struct Batch: Sendable {
        let drafts: [EventDraft]
        let completion: @Sendable ([AppendResult]) -> Void
        /// The bytes of the payloads.
        let bytes: Int

        init(drafts: [EventDraft], completion: @escaping @Sendable ([AppendResult]) -> Void) {
            self.drafts = drafts
            self.completion = completion
            self.bytes = drafts.reduce(0) { $0 + $1.payload.bytes.count }
        }
    }

    struct Cursor: Sendable {
        let name: String
        let number: UInt64
        let completion: @Sendable (Result<Void, RealtimeError>) -> Void
    }

    /// What one commit does.
    struct Work: Sendable {
        var batches: [Batch] = []
        var cursors: [Cursor] = []

        /// About the bytes that its events take when they are packed.
        var packedBytes: Int {
            self.batches.reduce(0) { $0 + $1.bytes + $1.drafts.count * (BlockFormat.recordBytes + 24) }
        }

        var isEmpty: Bool { self.batches.isEmpty && self.cursors.isEmpty }

        /// Tells everybody that nothing of it was done.
        func fail(_ error: RealtimeError) {
            for batch in self.batches { batch.completion(batch.drafts.map { _ in .failure(error) }) }
            for cursor in self.cursors { cursor.completion(.failure(error)) }
        }
    }

    enum Next: Sendable {
        case work(Work)
        case nothing
        case closed
    }

    private struct State: Sendable {
        var work = Work()
        var events = 0
        var bytes = 0
        var isWaiting = false
        var isClosed = false
    }

    /// How much waits at most, beside what is being committed; a first batch is taken whatever its size.
    private static let maximumEvents = 100_000
    private static let maximumBytes = 64 << 20
    private static let maximumCursors = 1000
    /// How much one commit takes, unless one batch is larger.
    private static let commitEvents = 4096
    private static let commitBytes = 4 << 20

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)

    /// Adds a batch.
    ///
    /// - Throws: `busy` where too much waits, `log_unavailable` after closing.
    func add(_ batch: Batch) throws(RealtimeError) {
        try self.add { state throws(RealtimeError) in
            guard
                state.events == 0
                    || state.events + batch.drafts.count <= Self.maximumEvents
                        && state.bytes + batch.bytes <= Self.maximumBytes
            else { throw .tooMuchWaiting }
            state.work.batches.append(batch)
            state.events += batch.drafts.count
            state.bytes += batch.bytes
        }
    }

    /// Adds the setting of a cursor.
    ///
    /// - Throws: `busy` where too much waits, `log_unavailable` after closing.
    func add(_ cursor: Cursor) throws(RealtimeError) {
        try self.add { state throws(RealtimeError) in
            guard state.work.cursors.count < Self.maximumCursors else { throw .tooMuchWaiting }
            state.work.cursors.append(cursor)
        }
    }

    private func add(_ change: (inout State) throws(RealtimeError) -> Void) throws(RealtimeError) {
        let wakes = try self.state.withLock { state throws(RealtimeError) -> Bool in
            guard !state.isClosed else { throw .logClosed }
            try change(&state)
            defer { state.isWaiting = false }
            return state.isWaiting
        }
        if wakes { self.wake.signal() }
    }

    /// Whether somebody waits for the writer.
    var hasWork: Bool { self.state.withLock { !$0.work.isEmpty || $0.isClosed } }

    /// Fails all that waits.
    func failAll(_ error: RealtimeError) {
        let work = self.state.withLock { state in
            defer { state.work = Work() }
            state.events = 0
            state.bytes = 0
            return state.work
        }
        work.fail(error)
    }

    /// Lets nothing more in; what waits is still taken.
    func close() {
        let wakes = self.state.withLock { state in
            state.isClosed = true
            defer { state.isWaiting = false }
            return state.isWaiting
        }
        if wakes { self.wake.signal() }
    }

    /// Takes what one commit does; where nothing waits, blocks the writer's thread until something comes or time is up.
    func take(timeout milliseconds: Int) -> Next {
        if let next = self.takeWaiting(mayWait: true) { return next }
        if self.wake.wait(timeout: .now() + .milliseconds(milliseconds)) == .timedOut {
            let isSignalled = self.state.withLock { state in
                defer { state.isWaiting = false }
                return !state.isWaiting
            }
            // Whoever took the flag away signals in any case: that signal must not be left for the next wait.
            if isSignalled { self.wake.wait() }
        }
        return self.takeWaiting(mayWait: false) ?? .nothing
    }

    private func takeWaiting(mayWait: Bool) -> Next? {
        self.state.withLock { state in
            guard !state.work.isEmpty else {
                if state.isClosed { return .closed }
                state.isWaiting = mayWait
                return nil
            }
            if state.events <= Self.commitEvents, state.bytes <= Self.commitBytes {
                defer { state.work = Work() }
                state.events = 0
                state.bytes = 0
                return .work(state.work)
            }
            var events = 0
            var bytes = 0
            var count = 0
            for batch in state.work.batches {
                guard
                    count == 0
                        || events + batch.drafts.count <= Self.commitEvents && bytes + batch.bytes <= Self.commitBytes
                else { break }
                events += batch.drafts.count
                bytes += batch.bytes
                count += 1
            }
            let work = Work(batches: Array(state.work.batches[..<count]), cursors: state.work.cursors)
            state.work.batches.removeFirst(count)
            state.work.cursors = []
            state.events -= events
            state.bytes -= bytes
            return .work(work)
        }
    }
}
