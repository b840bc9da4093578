/// The state of an ``InMemoryBus``, to be held under its lock.
struct InMemoryBusState {
    /// A message on its way.
    struct Entry {
        var message: BusMessage
        var completion: (@Sendable (Result<Void, BusError>) -> Void)?

        /// What it counts against the limit, in bytes.
        var cost: Int { self.message.topic.utf8.count + self.message.payload.count }
    }

    var subscriptions: [BusSubscription] = []
    var state = BusState.connected
    var statistics = BusStatistics()
    var isStopped = false
    private var waiting: [Entry] = []
    private var messages = 0
    private var bytes = 0
    private var isDelivering = false
    private var isRunning = false

    /// Takes note that the bus runs; false if it does already.
    mutating func beginRunning() -> Bool {
        defer { self.isRunning = true }
        return !self.isRunning
    }

    /// Takes a message, or counts it as dropped and throws.
    mutating func enqueue(_ entry: Entry, limits: BusLimits) throws(BusError) {
        do throws(BusError) {
            try BusTopic.validate(entry.message.topic)
            guard !self.isStopped else { throw BusError(.stopped, "the bus has been stopped") }
            guard self.state == .connected else { throw BusError(.notConnected, "not connected") }
            guard entry.cost <= limits.bytes else {
                throw BusError(.tooLarge, "the message is larger than the bus takes")
            }
            guard self.messages < limits.messages, self.bytes + entry.cost <= limits.bytes else {
                throw BusError(.overflow, "the queue of messages to be published is full")
            }
        } catch {
            self.statistics.dropped += 1
            throw error
        }
        self.messages += 1
        self.bytes += entry.cost
        self.waiting.append(entry)
    }

    /// Whether the caller is the one to deliver what waits; a call from within a handler is not.
    mutating func beginDelivering() -> Bool {
        defer { self.isDelivering = true }
        return !self.isDelivering
    }

    /// What waits, with who may receive it; nil if nothing does, and delivering has ended.
    mutating func takeWaiting() -> ([Entry], [BusSubscription])? {
        guard !self.waiting.isEmpty else {
            self.isDelivering = false
            return nil
        }
        defer { self.waiting.removeAll() }
        return (self.waiting, self.subscriptions)
    }

    /// Takes note that a message was delivered.
    mutating func finish(_ entry: Entry, received: Bool) {
        self.messages -= 1
        self.bytes -= entry.cost
        self.statistics.published += 1
        if received { self.statistics.received += 1 }
    }
}
