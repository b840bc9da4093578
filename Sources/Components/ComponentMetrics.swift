import Synchronization

/// What is counted of one component, for `/metrics`.
public final class ComponentMetrics: Sendable {
    /// A component's figures at one moment.
    public struct Snapshot: Sendable, Hashable {
        /// Messages that came since the start.
        public var received = 0
        /// Of those, how many the callback answered in time.
        public var answered = 0
        /// How many were answered `callback_failed`.
        public var failed = 0
        /// How many callbacks were not done at their time-out.
        public var timedOut = 0
        /// How many messages were answered `busy`.
        public var refused = 0
        /// Further attempts that were made.
        public var retried = 0
        /// Callbacks that run now.
        public var running = 0
        /// Messages that wait now.
        public var waiting = 0
        /// Whether the circuit breaker is open or half open now.
        public var isCircuitOpen = false
    }

    private let receivedCounter = Atomic<Int>(0)
    private let answeredCounter = Atomic<Int>(0)
    private let failedCounter = Atomic<Int>(0)
    private let timedOutCounter = Atomic<Int>(0)
    private let refusedCounter = Atomic<Int>(0)
    private let retriedCounter = Atomic<Int>(0)

    init() {}

    /// The counters; the gauges are the runners'.
    func snapshot() -> Snapshot {
        Snapshot(
            received: self.receivedCounter.load(ordering: .relaxed),
            answered: self.answeredCounter.load(ordering: .relaxed),
            failed: self.failedCounter.load(ordering: .relaxed),
            timedOut: self.timedOutCounter.load(ordering: .relaxed),
            refused: self.refusedCounter.load(ordering: .relaxed),
            retried: self.retriedCounter.load(ordering: .relaxed)
        )
    }

    func received() { self.receivedCounter.add(1, ordering: .relaxed) }
    func answered() { self.answeredCounter.add(1, ordering: .relaxed) }
    func failed() { self.failedCounter.add(1, ordering: .relaxed) }
    func timedOut() { self.timedOutCounter.add(1, ordering: .relaxed) }
    func refused() { self.refusedCounter.add(1, ordering: .relaxed) }
    func retried() { self.retriedCounter.add(1, ordering: .relaxed) }
}
