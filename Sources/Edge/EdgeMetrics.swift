public import Realtime
import Synchronization

/// What the edge counts, for `/metrics`.
public final class EdgeMetrics: Sendable {
    private let connectionGauge = Atomic<Int>(0)
    private let connectionCounter = Atomic<Int>(0)
    private let deliveryCounter = Atomic<Int>(0)
    private let receivedCounter = Atomic<Int>(0)
    private let slowCounter = Atomic<Int>(0)
    private let behindCounter = Atomic<Int>(0)
    private let replayCounter = Atomic<Int>(0)
    private let pullCounter = Atomic<Int>(0)
    private let protocolErrorCounter = Atomic<Int>(0)
    private let evictionCounter = Atomic<Int>(0)
    private let workerGauge = Atomic<Int>(0)
    private let jobCounter = Atomic<Int>(0)
    private let droppedReplyCounter = Atomic<Int>(0)
    private let refusals = Mutex<[String: Int]>([:])

    /// Creates metrics that are all zero.
    public init() {}

    /// Connections with an accepted CONNECT, now.
    public var connections: Int { self.connectionGauge.load(ordering: .relaxed) }
    /// Connections accepted since the start.
    public var accepted: Int { self.connectionCounter.load(ordering: .relaxed) }
    /// Events written to subscribers since the start.
    public var deliveries: Int { self.deliveryCounter.load(ordering: .relaxed) }
    /// PUBLISH packets received since the start.
    public var publishesReceived: Int { self.receivedCounter.load(ordering: .relaxed) }
    /// Subscriptions that left live delivery since their connection was full.
    public var subscriptionsBehind: Int { self.behindCounter.load(ordering: .relaxed) }
    /// Events written to subscribers from the log since the start.
    public var replays: Int { self.replayCounter.load(ordering: .relaxed) }
    /// Events given to polls and streams since the start.
    public var pulls: Int { self.pullCounter.load(ordering: .relaxed) }
    /// Connections closed since not even answers could be written to them any more.
    public var slowConsumers: Int { self.slowCounter.load(ordering: .relaxed) }
    /// Connections closed since the peer broke a rule of MQTT or WebSocket.
    public var protocolErrors: Int { self.protocolErrorCounter.load(ordering: .relaxed) }
    /// Connections closed before they showed a grant or a request, since too many came after them.
    public var evictions: Int { self.evictionCounter.load(ordering: .relaxed) }
    /// Subscriptions of workers to a component's jobs, now.
    public var workers: Int { self.workerGauge.load(ordering: .relaxed) }
    /// Jobs handed to workers since the start.
    public var jobs: Int { self.jobCounter.load(ordering: .relaxed) }
    /// Replies for clients that had gone, dropped since too many were kept already.
    public var repliesDropped: Int { self.droppedReplyCounter.load(ordering: .relaxed) }
    /// What was refused, by code of the contract.
    public var refusalsByCode: [String: Int] { self.refusals.withLock { $0 } }

    /// Counts events given to a poll or a stream.
    public func pulled(_ count: Int) { self.pullCounter.add(count, ordering: .relaxed) }

    func connected() {
        self.connectionGauge.add(1, ordering: .relaxed)
        self.connectionCounter.add(1, ordering: .relaxed)
    }

    func disconnected() { self.connectionGauge.subtract(1, ordering: .relaxed) }
    func delivered(_ count: Int) { self.deliveryCounter.add(count, ordering: .relaxed) }
    func received(_ count: Int) { self.receivedCounter.add(count, ordering: .relaxed) }
    func workersChanged(by count: Int) { self.workerGauge.add(count, ordering: .relaxed) }
    func handedOut() { self.jobCounter.add(1, ordering: .relaxed) }
    func replyDropped() { self.droppedReplyCounter.add(1, ordering: .relaxed) }
    func protocolError() { self.protocolErrorCounter.add(1, ordering: .relaxed) }
    func evicted() { self.evictionCounter.add(1, ordering: .relaxed) }
    func fellBehind() { self.behindCounter.add(1, ordering: .relaxed) }
    func replayed(_ count: Int) { self.replayCounter.add(count, ordering: .relaxed) }
    func slowConsumer() { self.slowCounter.add(1, ordering: .relaxed) }

    /// Counts a refusal; codes are the contract's, so their number is bounded.
    public func refused(_ code: RealtimeError.Code) {
        self.refusals.withLock { $0[code.rawValue, default: 0] += 1 }
    }
}
