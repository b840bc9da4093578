import ArgumentParser
import Foundation
import MQTTClient
import Realtime

/// `selftest`: sends bursts through a running bridge and counts what arrives.
struct SelftestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selftest",
        abstract: "Send events and messages through a running bridge, and count what is lost, doubled or out of order.",
        discussion: """
            Latencies are measured here with one clock, from just before the call that sends until the message is in \
            hand. Exit status 0: all right; 1: something was lost, doubled, out of order, or failed.
            """
    )

    /// At most so many, for what has to be bounded.
    private static let maximum = 10_000

    @OptionGroup var server: ServerOptions

    @Option(help: "Receive over mqtt, stream (server-sent events), poll (long polling), or all of them.")
    var transport = "all"

    @Option(help: "Events in a burst, 1 to 10000.")
    var events = 1000

    @Option(help: "Events that a service pushes over MQTT, and through --broker too; 0 to 10000.")
    var pushes = 100

    @Option(help: "Messages echoed upstream over MQTT and over HTTP each; 0 to 10000.")
    var echoes = 40

    @Option(help: "Echoes under way at once, 1 to 50.")
    var concurrency = 4

    @Option(help: "Echoes a second; limits.upstream_per_second bounds it.")
    var echoRate = 40

    @Option(help: "A component that is enabled.")
    var component = "mod_quiz"

    @Option(help: "An area of it that is enabled.")
    var area = "selftest"

    @Option(help: "The broker, as mqtt://HOST:PORT, to push through it; needs --broker-user.")
    var broker: String?

    @Option(help: "A service's account on the broker; its password is taken from REALTIME_BRIDGE_BROKER_PASSWORD.")
    var brokerUser: String?

    @Option(help: "Seconds for everything, 1 to 3600.")
    var timeout = 60

    func run() async throws {
        let client = try self.server.client()
        let report = try await Selftest(client: client, channel: try self.channel(), settings: try self.settings())
            .run()
        if self.server.json {
            StandardStream.output.write(report.json)
        } else {
            StandardStream.output.write(report.table)
        }
        guard report.isGood else { throw ExitCode(1) }
    }

    /// Always the same one: a channel of its own for each run would stay behind.
    private func channel() throws -> Realtime.Channel {
        do {
            return try Channel(
                contextID: 1, component: try ComponentName(self.component), area: self.area, itemID: 0,
                details: "selftest")
        } catch {
            throw ValidationError(error.message)
        }
    }

    private func settings() throws -> Selftest.Settings {
        let transports =
            self.transport == "all"
            ? SelftestTransport.allCases : SelftestTransport(rawValue: self.transport).map { [$0] } ?? []
        guard !transports.isEmpty else { throw ValidationError("--transport must be mqtt, stream, poll or all") }
        try self.check("--events", self.events, 1...Self.maximum)
        try self.check("--pushes", self.pushes, 0...Self.maximum)
        try self.check("--echoes", self.echoes, 0...Self.maximum)
        try self.check("--concurrency", self.concurrency, 1...50)
        try self.check("--echo-rate", self.echoRate, 1...Self.maximum)
        try self.check("--timeout", self.timeout, 1...3600)
        return Selftest.Settings(
            transports: transports,
            events: self.events,
            pushes: self.pushes,
            broker: try self.brokerAccount(),
            echoes: self.echoes,
            concurrency: self.concurrency,
            echoRate: self.echoRate,
            timeout: .seconds(self.timeout)
        )
    }

    private func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw ValidationError("\(name) must be \(range.lowerBound) to \(range.upperBound)")
        }
    }

    private func brokerAccount() throws -> Selftest.Broker? {
        guard let broker = self.broker else {
            guard self.brokerUser == nil else { throw ValidationError("--broker-user needs --broker") }
            return nil
        }
        guard let endpoint = MQTTEndpoint(url: broker) else {
            throw ValidationError("--broker must be mqtt://HOST:PORT")
        }
        guard let account = self.brokerUser else { throw ValidationError("--broker needs --broker-user") }
        guard let password = ProcessInfo.processInfo.environment["REALTIME_BRIDGE_BROKER_PASSWORD"] else {
            throw ValidationError("--broker needs the password in REALTIME_BRIDGE_BROKER_PASSWORD")
        }
        return Selftest.Broker(endpoint: endpoint, account: account, password: password)
    }
}
