import Synchronization

/// What the core counts, for `/metrics`.
public final class BridgeMetrics: Sendable {
    private let eventCounter = Atomic<Int>(0)
    private let repetitionCounter = Atomic<Int>(0)
    private let upstreamCounter = Atomic<Int>(0)
    private let againCounter = Atomic<Int>(0)

    /// Creates metrics that are all zero.
    public init() {}

    /// Events committed since the start.
    public var events: Int { self.eventCounter.load(ordering: .relaxed) }
    /// Events whose key was known already.
    public var repetitions: Int { self.repetitionCounter.load(ordering: .relaxed) }
    /// Upstream messages dispatched since the start.
    public var upstreamMessages: Int { self.upstreamCounter.load(ordering: .relaxed) }

    /// Upstream messages that got the reply of an earlier one with the same request id.
    public var upstreamRepetitions: Int { self.againCounter.load(ordering: .relaxed) }

    func committed(_ count: Int) { self.eventCounter.add(count, ordering: .relaxed) }
    func repeated(_ count: Int) { self.repetitionCounter.add(count, ordering: .relaxed) }
    func answeredAgain() { self.againCounter.add(1, ordering: .relaxed) }
    func sentUpstream() { self.upstreamCounter.add(1, ordering: .relaxed) }
}
