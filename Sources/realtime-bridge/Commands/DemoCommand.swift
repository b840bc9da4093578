import ArgumentParser
import Foundation
import Logging
import Realtime
import RealtimeBridge

/// `demo`: everything on one machine, and one URL.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run a bridge with a broker and a page, and print the page's URL; nothing is kept."
    )

    @Option(help: "Listen for HTTP and WebSocket on HOST:PORT.")
    var http = "127.0.0.1:8080"

    @Option(help: "Listen for MQTT over TCP on HOST:PORT.")
    var mqtt = "127.0.0.1:1884"

    @Option(help: "Let the broker listen on HOST:PORT.")
    var broker = "127.0.0.1:1885"

    @Option(help: "How much to log: trace, debug, info, notice, warning, error.")
    var logLevel = "warning"

    func run() async throws {
        guard let level = Logger.Level(rawValue: self.logLevel) else {
            throw ValidationError("--log-level: not a level")
        }
        let logger = ServeCommand.logger(level)
        let folder = FileManager.default.temporaryDirectory.path + "/realtime-bridge-demo-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let bridge: Bridge
        do {
            let directory = DataDirectory(path: folder)
            _ = try directory.create(site: try SiteName("demo"))
            var configuration = try directory.load()
            configuration.listen.http = try Configuration.address(self.http)
            configuration.listen.mqtt = try Configuration.address(self.mqtt)
            let broker = try Configuration.address(self.broker)
            configuration.broker = .embedded(host: broker.host, port: broker.port)
            bridge = try Demo.makeBridge(configuration, logger: logger) {
                StandardStream.output.write("Open http://\(self.http)/demo in two windows. End with Ctrl-C.")
            }
        } catch {
            throw CommandFailure("\(error)")
        }
        try await ServeCommand.serve(bridge, logger: logger)
    }
}
