import ArgumentParser
import Foundation
import Logging
import Realtime
import RealtimeBridge
import ServiceLifecycle
import UnixSignals

/// `serve`: runs a bridge.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run a bridge until SIGINT or SIGTERM."
    )

    @Option(help: "The folder that `init` made; else REALTIME_BRIDGE_DATA.")
    var data: String?

    @Option(help: "Listen for HTTP and WebSocket on HOST:PORT; else REALTIME_BRIDGE_HTTP, else the configuration.")
    var http: String?

    @Option(help: "Listen for MQTT over TCP on HOST:PORT; else REALTIME_BRIDGE_MQTT, else the configuration.")
    var mqtt: String?

    @Option(help: "Let the embedded broker listen on HOST:PORT; else REALTIME_BRIDGE_BROKER, else the configuration.")
    var broker: String?

    @Option(help: "How much to log: trace, debug, info, notice, warning, error.")
    var logLevel = "info"

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let data = self.data ?? environment["REALTIME_BRIDGE_DATA"] else {
            throw ValidationError("a data folder is needed: --data or REALTIME_BRIDGE_DATA")
        }
        guard let level = Logger.Level(rawValue: self.logLevel) else {
            throw ValidationError("--log-level: not a level")
        }
        let bridge: Bridge
        let logger = Self.logger(level)
        do {
            var configuration = try DataDirectory(path: data).load()
            if let http = self.http ?? environment["REALTIME_BRIDGE_HTTP"] {
                configuration.listen.http = try Configuration.address(http)
            }
            if let mqtt = self.mqtt ?? environment["REALTIME_BRIDGE_MQTT"] {
                configuration.listen.mqtt = try Configuration.address(mqtt)
            }
            if let broker = self.broker ?? environment["REALTIME_BRIDGE_BROKER"] {
                let address = try Configuration.address(broker)
                if case .external = configuration.broker {
                    throw RealtimeError(.configurationInvalid, "--broker: broker.url names a broker of its own")
                }
                configuration.broker = .embedded(host: address.host, port: address.port)
            }
            bridge = try Bridge(configuration, logger: logger)
        } catch {
            throw CommandFailure("\(error)")
        }
        try await Self.serve(bridge, logger: logger)
    }

    static func logger(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "realtime-bridge") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }

    static func serve(_ bridge: Bridge, logger: Logger) async throws {
        var configuration = ServiceGroupConfiguration(
            services: [bridge],
            gracefulShutdownSignals: [.sigint, .sigterm],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = .seconds(10)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch {
            throw CommandFailure("\(error)")
        }
    }
}
