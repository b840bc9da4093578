import Dispatch
import EventLog
import Realtime
import Synchronization

/// Reads that wait for a reader's thread.
final class ReadQueue: Sendable {
    /// What is to be read, and who waits for it.
    enum Request: Sendable {
        case page(ChannelHash, Position?, ReadLimit, @Sendable (Result<EventPage, RealtimeError>) -> Void)
        case latest(ChannelHash, @Sendable (Result<EventPage, RealtimeError>) -> Void)
        case head(ChannelHash, @Sendable (Result<Position, RealtimeError>) -> Void)
        case committed(UInt64, ReadLimit, @Sendable (Result<CommittedPage, RealtimeError>) -> Void)

        func fail(_ error: RealtimeError) {
            switch self {
            case .page(_, _, _, let completion), .latest(_, let completion): completion(.failure(error))
            case .head(_, let completion): completion(.failure(error))
            case .committed(_, _, let completion): completion(.failure(error))
            }
        }
    }

    private struct State: Sendable {
        var requests: [Request] = []
        /// Requests at the front that were taken; they leave the array in large steps.
        var taken = 0
        var isClosed = false
    }

    /// How many reads wait at most.
    private static let maximum = 1024

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)

    /// Adds a read.
    ///
    /// - Throws: `busy` where too many wait, `log_unavailable` after closing.
    func add(_ request: Request) throws(RealtimeError) {
        try self.state.withLock { state throws(RealtimeError) in
            guard !state.isClosed else { throw .logClosed }
            guard state.requests.count - state.taken < Self.maximum else {
                throw RealtimeError(.busy, "too many reads wait for the event log")
            }
            state.requests.append(request)
        }
        self.wake.signal()
    }

    /// Takes the next read; blocks a reader's thread until there is one, or the queue is closed.
    func take() -> Request? {
        self.wake.wait()
        return self.state.withLock { state in
            guard state.taken < state.requests.count else { return nil }
            defer {
                if state.taken == state.requests.count || state.taken > 64 {
                    state.requests.removeFirst(state.taken)
                    state.taken = 0
                }
            }
            state.taken += 1
            return state.requests[state.taken - 1]
        }
    }

    /// Lets nothing more in; what waits is still taken.
    ///
    /// - Parameter readers: How many threads are to end.
    func close(readers: Int) {
        self.state.withLock { $0.isClosed = true }
        for _ in 0..<readers { self.wake.signal() }
    }
}
