internal import Logging
internal import MessageBus
internal import Synchronization

/// What callers of the bus and its thread meet in.
final class ConnectionCore: Sendable {
    let configuration: MosquittoConfiguration
    let logger: Logger
    let link = ObservedValue(LinkState(state: .disconnected(reason: "not started")))
    let wakeUp: WakeUp
    private let shared: Mutex<ConnectionState>

    init(_ configuration: MosquittoConfiguration, logger: Logger) throws(BusError) {
        self.configuration = configuration
        self.logger = logger
        self.wakeUp = try WakeUp()
        self.shared = Mutex(ConnectionState(limits: configuration.limits))
    }

    var statistics: BusStatistics { self.shared.withLock { $0.statistics } }
    var isQueueEmpty: Bool { self.shared.withLock { $0.queue.isEmpty } }
    var isStopping: Bool { self.shared.withLock { $0.isStopping } }

    func subscribe(_ subscription: BusSubscription) {
        for filter in subscription.invalidFilters {
            self.logger.error("Topic filter is not valid", metadata: [LogKey.filter: "\(filter)"])
        }
        if self.shared.withLock({ $0.append(subscription) }) { self.wakeUp.signal() }
    }

    func publish(_ message: OutboundMessage) throws(BusError) {
        let needsWakeUp = try self.shared.withLock { shared throws(BusError) in try shared.append(message) }
        if needsWakeUp { self.wakeUp.signal() }
    }

    /// Takes note that the thread begins a turn; returns who has subscribed so far.
    func beginTurn() -> [BusSubscription] {
        self.shared.withLock { $0.beginTurn() }
    }

    /// Takes what waits to be published; returns who has subscribed so far too.
    func takeQueued() -> ([OutboundMessage], [BusSubscription]) {
        self.shared.withLock { $0.takeQueued() }
    }

    /// Takes note of messages that have left, and tells those who asked.
    func complete(_ messages: some Collection<OutboundMessage>, _ result: Result<Void, BusError>) {
        guard !messages.isEmpty else { return }
        let bytes = messages.reduce(0) { $0 + $1.cost }
        let published = if case .success = result { true } else { false }
        self.shared.withLock { $0.release(messages: messages.count, bytes: bytes, published: published) }
        for message in messages { message.completion?(result) }
    }

    /// Takes note of a message that came.
    func received() {
        self.shared.withLock { $0.statistics.received += 1 }
    }

    /// Opens the queue.
    ///
    /// - Parameter isFirst: Whether there was no connection before.
    func connected(isFirst: Bool) {
        self.shared.withLock { shared in
            shared.setConnected(true)
            if !isFirst { shared.statistics.reconnects += 1 }
        }
        self.link.set(LinkState(state: .connected))
    }

    /// Closes the queue; what waited in it fails.
    func disconnected(reason: String) {
        let waiting = self.shared.withLock { shared in
            shared.setConnected(false)
            return shared.takeQueued().0
        }
        self.link.set(LinkState(state: .disconnected(reason: reason)))
        self.complete(waiting, .failure(BusError(.connectionLost, "the connection ended before the message had left")))
    }

    /// Takes note that `run()` was called; false on a second call.
    func claim() -> Bool {
        self.shared.withLock { $0.claim() }
    }

    /// Takes note of who waits for the thread that is about to start.
    func begin(_ continuation: CheckedContinuation<Void, Never>) {
        self.shared.withLock { $0.begin(continuation) }
    }

    /// Takes note that the thread enters, or has left, a call that only the system ends; false if it is to end.
    func setBlocked(_ isBlocked: Bool) -> Bool {
        self.shared.withLock { $0.setBlocked(isBlocked) }
    }

    /// Ends `run()` as soon as the thread has, or at once if the thread is blocked: it then ends by itself later.
    func stop() {
        self.shared.withLock { $0.stop() }?.resume()
        self.wakeUp.signal()
    }

    /// Takes note that the thread has ended.
    func finish() {
        self.shared.withLock { $0.finish() }?.resume()
    }
}
