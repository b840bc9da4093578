internal import Foundation
public import Logging
public import MessageBus
public import ServiceLifecycle

/// A bus over a broker that speaks MQTT 5 or 3.1.1, by libmosquitto.
///
/// One thread makes every call to the library. It polls the socket by itself, reconnects with full jitter, and renews
/// the subscriptions. Messages are acknowledged to the broker before their handler has run: libmosquitto has it so.
public final class MosquittoConnection: Bus, Service {
    private let core: ConnectionCore

    /// Creates a connection; it is made by ``run()``.
    ///
    /// - Throws: `connectionFailed` if the process has no descriptor left.
    public init(_ configuration: MosquittoConfiguration, logger: Logger) throws(BusError) {
        self.core = try ConnectionCore(configuration, logger: logger)
    }

    /// Whether the broker has accepted the connection.
    public var isConnected: Bool { self.state == .connected }

    /// Where the connection stands.
    public var state: BusState { self.core.link.value.state }

    /// What the connection has done so far.
    public var statistics: BusStatistics { self.core.statistics }

    /// Registers filters and who receives what matches them; see ``MessageBus/Bus/subscribe(_:handler:)``.
    public func subscribe(_ filters: [String], handler: @escaping @Sendable (BusMessage) -> Void) {
        self.core.subscribe(BusSubscription(filters, handler: handler))
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
        try BusTopic.validate(topic)
        try self.core.publish(OutboundMessage(topic: topic, payload: payload, qos: qos, completion: completion))
    }

    /// Keeps the connection up until the task is cancelled or the service is shut down gracefully.
    ///
    /// What is queued then gets two seconds to leave. A broker that cannot be reached is no error: attempts go on.
    ///
    /// - Throws: `alreadyRunning` on a second call.
    public func run() async throws {
        let core = self.core
        guard core.claim() else { throw BusError(.alreadyRunning, "a bus runs once") }
        await withTaskCancellationOrGracefulShutdownHandler {
            await Self.runThread(core)
        } onCancelOrGracefulShutdown: {
            core.stop()
        }
    }

    /// Returns once the broker has accepted the connection and answered every subscription.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    public func waitUntilReady() async throws {
        try await self.core.link.wait { $0.state == .connected && $0.isSubscribed }
    }

    /// Returns once the state meets a condition.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    public func wait(until condition: @escaping @Sendable (BusState) -> Bool) async throws {
        try await self.core.link.wait { condition($0.state) }
    }

    private static func runThread(_ core: ConnectionCore) async {
        await withCheckedContinuation { continuation in
            core.begin(continuation)
            let thread = Thread {
                ConnectionWorker(core).run()
                core.finish()
            }
            thread.name = "message-bus"
            thread.start()
        }
    }
}
