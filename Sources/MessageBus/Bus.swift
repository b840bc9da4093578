/// What a broker does for us: carries messages between services, bridge nodes and workers.
///
/// A bus promises no more than MQTT 3.1.1 does, so that every broker can be one: what was acknowledged has reached the
/// broker, and a connection that ends loses what was not. Nothing here blocks.
public protocol Bus: Sendable {
    /// Whether there is a connection right now; without one the bridge is degraded, but works.
    var isConnected: Bool { get }

    /// Where the bus stands.
    var state: BusState { get }

    /// What the bus has done so far.
    var statistics: BusStatistics { get }

    /// Registers filters and who receives what matches them, for good: they are renewed after every reconnect.
    ///
    /// Call it before ``run()``, else what is published in between is missed. A message that matches filters of several
    /// calls goes to each of their handlers; to one handler it may come more than once, as QoS 1 has it, and as brokers
    /// do with filters that overlap (MQTT 5, section 3.3.4). A filter that breaks MQTT's rules (section 4.7) receives
    /// nothing.
    ///
    /// - Parameters:
    ///   - filters: MQTT topic filters.
    ///   - handler: Called on the bus's own thread, one message at a time: it must not block.
    func subscribe(_ filters: [String], handler: @escaping @Sendable (BusMessage) -> Void)

    /// Queues a message and returns at once.
    ///
    /// - Parameters:
    ///   - topic: The topic, without wildcards.
    ///   - payload: The bytes, passed unchanged.
    ///   - qos: QoS 0 or 1.
    ///   - completion: Called once on the bus's own thread, unless this call throws: with QoS 1 after the broker has
    ///     acknowledged or the connection has ended, with QoS 0 after the hand-over.
    /// - Throws: `overflow` if the queue is full in messages or bytes, `notConnected`, `stopped`, `topicInvalid`,
    ///   `tooLarge`.
    func publish(
        topic: String,
        payload: [UInt8],
        qos: BusQoS,
        completion: (@Sendable (Result<Void, BusError>) -> Void)?
    ) throws(BusError)

    /// Runs the bus until its task is cancelled, and keeps it connected all the while.
    ///
    /// Cancellation is the way to end it, not an error: what is queued gets a short while to leave.
    ///
    /// - Throws: `alreadyRunning` on a second call.
    func run() async throws
}
