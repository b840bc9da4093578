import Dispatch
import EventLog
import Realtime
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What waits for the writer of replies.
final class ReplyQueue: Sendable {
    struct Batch: Sendable {
        let collect: @Sendable () -> [KeptReply]
        let completion: @Sendable (Result<Void, RealtimeError>) -> Void
    }

    struct Load: Sendable {
        let now: Int64
        let completion: @Sendable (Result<[KeptReply], RealtimeError>) -> Void
    }

    /// What is done at once: first all batches with one commit, then the loads, which see them.
    struct Work: Sendable {
        var batches: [Batch] = []
        var loads: [Load] = []

        var isEmpty: Bool { self.batches.isEmpty && self.loads.isEmpty }

        /// Tells everybody that nothing of it was done.
        func fail(_ error: RealtimeError) {
            for batch in self.batches { batch.completion(.failure(error)) }
            for load in self.loads { load.completion(.failure(error)) }
        }
    }

    private struct State: Sendable {
        var work = Work()
        var isWaiting = false
        var isClosed = false
    }

    /// How many wait at most, beside what is being committed.
    private static let maximumBatches = 1024
    private static let maximumLoads = 16

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)

    /// Adds a batch.
    ///
    /// - Throws: `busy` where too much waits, `log_unavailable` after closing.
    func add(_ batch: Batch) throws(RealtimeError) {
        try self.add { work throws(RealtimeError) in
            guard work.batches.count < Self.maximumBatches else { throw .tooManyReplies }
            work.batches.append(batch)
        }
    }

    /// Adds a reading of everything.
    ///
    /// - Throws: `busy` where too many wait, `log_unavailable` after closing.
    func add(_ load: Load) throws(RealtimeError) {
        try self.add { work throws(RealtimeError) in
            guard work.loads.count < Self.maximumLoads else { throw .tooManyReplies }
            work.loads.append(load)
        }
    }

    private func add(_ change: (inout Work) throws(RealtimeError) -> Void) throws(RealtimeError) {
        let wakes = try self.state.withLock { state throws(RealtimeError) -> Bool in
            guard !state.isClosed else { throw .replyStoreClosed }
            try change(&state.work)
            defer { state.isWaiting = false }
            return state.isWaiting
        }
        if wakes { self.wake.signal() }
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

    /// Takes all that waits, or blocks the writer's thread until something comes; `nil` once closed and empty.
    func take() -> Work? {
        while true {
            let next = self.state.withLock { state -> Work?? in
                guard state.work.isEmpty else {
                    defer { state.work = Work() }
                    return state.work
                }
                if state.isClosed { return .some(nil) }
                state.isWaiting = true
                return nil
            }
            if let next { return next }
            self.wake.wait()
            // Whoever else could run now has more replies for the same commit.
            sched_yield()
        }
    }

    /// Fails all that waits, and all that comes until the time is up.
    ///
    /// - Returns: Whether the store is still wanted.
    func fail(_ error: RealtimeError, until deadline: DispatchTime) -> Bool {
        while true {
            let (work, isClosed) = self.state.withLock { state in
                defer { state.work = Work() }
                state.isWaiting = !state.isClosed
                return (state.work, state.isClosed)
            }
            work.fail(error)
            if isClosed { return false }
            if self.wake.wait(timeout: deadline) == .timedOut {
                let isSignalled = self.state.withLock { state in
                    defer { state.isWaiting = false }
                    return !state.isWaiting
                }
                // Whoever took the flag away signals in any case: that signal must not be left for the next wait.
                if isSignalled { self.wake.wait() }
                return true
            }
        }
    }
}
