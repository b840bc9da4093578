internal import MessageBus

/// What callers and the bus's thread share, to be held under the lock.
struct ConnectionState {
    /// Where the life of `run()` stands.
    enum Run {
        case notStarted
        case claimed
        case running(CheckedContinuation<Void, Never>, isBlocked: Bool)
        case finished
    }

    private(set) var queue: OutboundQueue
    private(set) var subscriptions: [BusSubscription] = []
    private(set) var isStopping = false
    var statistics = BusStatistics()
    private var run = Run.notStarted
    private var isConnected = false
    private var isWakePending = false

    init(limits: BusLimits) {
        self.queue = OutboundQueue(limits: limits)
    }

    /// Takes a message to be published, or counts it as dropped.
    ///
    /// - Returns: Whether the thread has to be woken.
    mutating func append(_ message: OutboundMessage) throws(BusError) -> Bool {
        do throws(BusError) {
            guard !self.isStopping else { throw BusError(.stopped, "the bus has been stopped") }
            guard self.isConnected else { throw BusError(.notConnected, "not connected to the broker") }
            try self.queue.append(message)
        } catch {
            self.statistics.dropped += 1
            throw error
        }
        return self.needsWakeUp()
    }

    /// Adds a subscription; returns whether the thread has to be woken.
    mutating func append(_ subscription: BusSubscription) -> Bool {
        self.subscriptions.append(subscription)
        return self.needsWakeUp()
    }

    /// Takes all that waits to be published; returns who has subscribed so far too.
    mutating func takeQueued() -> ([OutboundMessage], [BusSubscription]) {
        (self.queue.takeAll(), self.subscriptions)
    }

    /// Takes note that the thread looks at everything anew: what is appended from now on has to wake it.
    ///
    /// - Returns: Who has subscribed so far.
    mutating func beginTurn() -> [BusSubscription] {
        self.isWakePending = false
        return self.subscriptions
    }

    /// Gives back the room of messages that were published or have failed.
    mutating func release(messages: Int, bytes: Int, published: Bool) {
        self.queue.release(messages: messages, bytes: bytes)
        if published {
            self.statistics.published += UInt64(messages)
        } else {
            self.statistics.dropped += UInt64(messages)
        }
    }

    /// Opens or closes the queue.
    mutating func setConnected(_ isConnected: Bool) {
        self.isConnected = isConnected
    }

    /// Takes note that `run()` was called; false on a second call.
    mutating func claim() -> Bool {
        guard case .notStarted = self.run else { return false }
        self.run = .claimed
        return true
    }

    /// Takes note of who waits for the thread.
    mutating func begin(_ continuation: CheckedContinuation<Void, Never>) {
        self.run = .running(continuation, isBlocked: false)
    }

    /// Takes note that the thread is about to enter, or has left, a call that only the system ends.
    ///
    /// - Returns: Whether to go on; if not, the bus was stopped.
    mutating func setBlocked(_ isBlocked: Bool) -> Bool {
        guard case .running(let continuation, _) = self.run, !self.isStopping else { return false }
        self.run = .running(continuation, isBlocked: isBlocked)
        return true
    }

    /// Stops the bus; returns the continuation if nobody can say how long the thread is blocked.
    mutating func stop() -> CheckedContinuation<Void, Never>? {
        self.isStopping = true
        guard case .running(let continuation, isBlocked: true) = self.run else { return nil }
        self.run = .finished
        return continuation
    }

    /// Takes note that the thread has ended; returns the continuation unless it was resumed before.
    mutating func finish() -> CheckedContinuation<Void, Never>? {
        guard case .running(let continuation, _) = self.run else { return nil }
        self.run = .finished
        return continuation
    }

    private mutating func needsWakeUp() -> Bool {
        defer { self.isWakePending = true }
        return !self.isWakePending
    }
}
