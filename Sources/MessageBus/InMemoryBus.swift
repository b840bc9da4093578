internal import Synchronization

/// A bus within this process: for tests, and for a bridge that works without a broker.
///
/// It is connected from the start. A message is delivered by the call that publishes it; what handlers publish
/// meanwhile waits its turn, so that messages are delivered one at a time and in order, as a broker's connection does.
public final class InMemoryBus: Bus {
    private let limits: BusLimits
    private let shared = Mutex(InMemoryBusState())

    /// Creates a bus.
    ///
    /// - Parameter limits: What may wait to be delivered.
    public init(limits: BusLimits = BusLimits()) {
        self.limits = limits
    }

    /// Whether ``disconnect(reason:)`` was not called, or ``reconnect()`` after it.
    public var isConnected: Bool { self.state == .connected }

    /// Where the bus stands.
    public var state: BusState { self.shared.withLock { $0.isStopped ? .disconnected(reason: "stopped") : $0.state } }

    /// What the bus has done so far.
    public var statistics: BusStatistics { self.shared.withLock { $0.statistics } }

    /// Registers filters and who receives what matches them; see ``MessageBus/Bus/subscribe(_:handler:)``.
    public func subscribe(_ filters: [String], handler: @escaping @Sendable (BusMessage) -> Void) {
        let subscription = BusSubscription(filters, handler: handler)
        self.shared.withLock { $0.subscriptions.append(subscription) }
    }

    /// Queues a message; see ``MessageBus/Bus/publish(topic:payload:qos:completion:)``.
    ///
    /// - Throws: `overflow`, `notConnected`, `stopped`, `topicInvalid`, `tooLarge`.
    public func publish(
        topic: String,
        payload: [UInt8],
        qos: BusQoS,
        completion: (@Sendable (Result<Void, BusError>) -> Void)?
    ) throws(BusError) {
        let entry = InMemoryBusState.Entry(message: BusMessage(topic: topic, payload: payload), completion: completion)
        try self.shared.withLock { shared throws(BusError) in try shared.enqueue(entry, limits: self.limits) }
        self.deliver()
    }

    /// Pretends that the broker is gone: publishing fails until ``reconnect()``.
    public func disconnect(reason: String = "disconnected") {
        self.shared.withLock { $0.state = .disconnected(reason: reason) }
    }

    /// Pretends that the broker is back.
    public func reconnect() {
        self.shared.withLock { shared in
            guard shared.state != .connected else { return }
            shared.state = .connected
            shared.statistics.reconnects += 1
        }
    }

    /// Waits until the task is cancelled: there is nothing to keep connected.
    ///
    /// - Throws: `alreadyRunning` on a second call.
    public func run() async throws {
        let isFirst = self.shared.withLock { $0.beginRunning() }
        guard isFirst else { throw BusError(.alreadyRunning, "a bus runs once") }
        let (ended, continuation) = AsyncStream.makeStream(of: Never.self)
        for await _ in ended {}
        continuation.finish()
        self.shared.withLock { $0.isStopped = true }
    }

    private func deliver() {
        guard self.shared.withLock({ $0.beginDelivering() }) else { return }
        while let (entries, subscriptions) = self.shared.withLock({ $0.takeWaiting() }) {
            for entry in entries {
                let receivers = subscriptions.filter { $0.matches(entry.message.topic) }
                for receiver in receivers {
                    receiver.deliver(entry.message)
                }
                self.shared.withLock { $0.finish(entry, received: !receivers.isEmpty) }
                entry.completion?(.success(()))
            }
        }
    }
}
