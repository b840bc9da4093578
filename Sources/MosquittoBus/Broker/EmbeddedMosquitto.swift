internal import Crypto
internal import Foundation
public import Logging
public import MessageBus
public import ServiceLifecycle

/// A mosquitto of our own: started, minded, and ended with us.
///
/// The bridge reaches it over a Unix socket in a private folder, services over TCP with their accounts.
public final class EmbeddedMosquitto: Service {
    /// How the bridge's own bus reaches the broker, with a password that is new at each start.
    public let busConfiguration: MosquittoConfiguration

    private let configuration: EmbeddedMosquittoConfiguration
    private let logger: Logger
    private let files: BrokerFiles
    private let password: String
    private let observed = ObservedValue(EmbeddedMosquittoState.stopped)

    /// Prepares a broker; ``run()`` starts it.
    ///
    /// - Throws: `configurationInvalid` for an address or folder that mosquitto.conf cannot hold, and for two accounts
    ///   of one name.
    public init(_ configuration: EmbeddedMosquittoConfiguration, logger: Logger) throws(BusError) {
        guard (1...65_535).contains(configuration.port), !configuration.host.isEmpty,
            configuration.host.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
        else {
            throw BusError(.configurationInvalid, "the broker's listen address is host:port")
        }
        guard Set(configuration.accounts.map(\.name)).count == configuration.accounts.count else {
            throw BusError(.configurationInvalid, "two broker accounts have the same name")
        }
        self.configuration = configuration
        self.logger = logger
        self.files = try BrokerFiles(directory: configuration.directory)
        self.password = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() }
        self.busConfiguration = MosquittoConfiguration(
            endpoint: .unixSocket(path: self.files.socket),
            username: BrokerAccount.bridge,
            password: self.password
        )
    }

    deinit {
        self.files.remove()
    }

    /// Where the broker stands.
    public var state: EmbeddedMosquittoState { self.observed.value }

    /// Keeps the broker running until the task is cancelled or the service is shut down gracefully; it is then ended.
    ///
    /// A broker that ends, or cannot be started, is started again after a while, with full jitter up to 10 s: its being
    /// away is no error. A second call while the first one runs would fight over the address, and fails like that.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var backoff = Backoff(base: .milliseconds(250), limit: .seconds(10))
            while !Task.isCancelled {
                let begin = ContinuousClock.now
                let reason = await self.runOnce()
                if Task.isCancelled { break }
                backoff.succeeded(lasted: begin.duration(to: .now))
                let wait = backoff.next()
                self.observed.set(.failed(reason: reason))
                self.logger.error(
                    "Embedded broker is not running",
                    metadata: [LogKey.reason: "\(reason)", LogKey.wait: "\(wait)"]
                )
                // Throws only when cancelled, which ends the loop.
                try? await Task.sleep(for: wait)
            }
            self.files.remove()
            self.observed.set(.stopped)
        }
    }

    /// Returns once the broker serves.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    public func waitUntilReady() async throws {
        try await self.wait { if case .running = $0 { true } else { false } }
    }

    /// Returns once the state meets a condition.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    public func wait(until condition: @escaping @Sendable (EmbeddedMosquittoState) -> Bool) async throws {
        try await self.observed.wait(until: condition)
    }

    /// Runs the broker to its end and returns why it has ended.
    private func runOnce() async -> String {
        self.observed.set(.starting)
        do {
            try self.files.write(self.configuration, password: self.password)
            let process = try BrokerProcess(
                executable: self.configuration.executable, files: self.files, logger: self.logger
            )
            let reason = try await process.run { self.observed.set(.running(processID: $0)) }
            return "the broker for \(self.configuration.address) has ended: \(reason)"
        } catch let error as BusError {
            return error.message
        } catch {
            return "the broker for \(self.configuration.address) cannot be started: \(error)"
        }
    }
}
