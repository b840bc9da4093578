import Synchronization

/// What has come of the parts of a test, told by the task that receives and awaited by the one that sends.
final class Arrivals: Sendable {
    struct State: Sendable {
        var tallies: [Tally]
        /// The part under way.
        var current = 0
        /// Whether whatever is sent from now on will come.
        var isReady = false
        /// Whether the last message of all has come, behind which nothing of them can.
        var hasEnded = false
        fileprivate var changedAt: ContinuousClock.Instant
    }

    private let start = ContinuousClock.now
    private let patience: Duration
    private let state: Mutex<State>
    private let changes: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    /// Begins with parts of so many messages each; who waits gives up once nothing has come for the time of `patience`.
    init(counts: [Int], patience: Duration) {
        self.patience = patience
        self.state = Mutex(State(tallies: counts.map { Tally(count: $0) }, changedAt: ContinuousClock.now))
        // One that has not been looked at stands for all.
        (self.changes, self.continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    var snapshot: State { self.state.withLock { $0 } }

    /// How many have come, of all parts.
    var received: Int { self.state.withLock { $0.tallies.reduce(0) { $0 + $1.received } } }

    /// Notes what has come about.
    func note(_ change: (inout State) -> Void) {
        self.state.withLock { state in
            change(&state)
            state.changedAt = .now
        }
        self.continuation.yield()
    }

    /// Notes that the next messages of a part are sent now.
    func send(_ count: Int, of part: Int) {
        self.note { $0.tallies[part].send(count, at: ContinuousClock.now - self.start) }
    }

    /// Notes that a message of a part has come now.
    func receive(_ number: Int, of part: Int) {
        self.note { state in
            guard state.tallies.indices.contains(part) else { return }
            state.tallies[part].receive(number, at: ContinuousClock.now - self.start)
        }
    }

    /// Has whoever waits look at the time.
    func tick() {
        self.continuation.yield()
    }

    /// Waits for a condition; one task at a time may.
    ///
    /// - Returns: Whether it came about; else nothing at all came for too long.
    func wait(until condition: @Sendable (State) -> Bool) async throws -> Bool {
        var iterator = self.changes.makeAsyncIterator()
        while true {
            // Looked at under the lock: a copy would make each change copy all that has come.
            let (isTrue, changedAt) = self.state.withLock { (condition($0), $0.changedAt) }
            if isTrue { return true }
            if ContinuousClock.now - changedAt > self.patience { return false }
            guard await iterator.next() != nil else { throw CancellationError() }
        }
    }
}
