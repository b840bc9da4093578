import MQTTClient
import Realtime

/// Sends numbered messages through a running bridge in every way asked for, and counts what comes back.
///
/// Both ends are here, so latencies are measured with one clock that nobody sets: from just before the call that sends a
/// message until the message is in hand.
struct Selftest: Sendable {
    /// A broker that the bridge takes events from, and the service's account there.
    struct Broker: Sendable {
        let endpoint: MQTTEndpoint
        let account: String
        let password: String
    }

    struct Settings: Sendable {
        var transports: [SelftestTransport]
        /// Events of a burst.
        var events: Int
        /// Events pushed by a service over MQTT, and as many through the broker.
        var pushes: Int
        var broker: Broker?
        /// Messages sent upstream over each transport.
        var echoes: Int
        /// Of them on their way at once.
        var concurrency: Int
        /// Of them in a second.
        var echoRate: Int
        /// For everything together.
        var timeout: Duration
    }

    /// What is published, and how.
    struct Plan: Sendable {
        enum Way: Sendable {
            case notify
            case service
            case broker(Broker)
        }

        let name: String
        let count: Int
        let way: Way
    }

    static let user = "selftest"
    /// How long nothing may come before what is still missing counts as lost.
    static let patience = Duration.seconds(5)
    /// Events under way at once: fewer than any transport takes in one piece, and half of what a channel keeps by
    /// default, so that a slow receiver is slow and not behind what is retained.
    static let window = 500
    /// Events in one call.
    static let batch = 250

    let client: APIClient
    let settings: Settings
    private(set) var message: SelftestMessage
    let deadline: ContinuousClock.Instant
    let progress: SelftestProgress

    init(client: APIClient, channel: Realtime.Channel, settings: Settings) {
        self.client = client
        self.settings = settings
        self.message = Self.message(on: channel)
        self.deadline = .now + settings.timeout
        self.progress = SelftestProgress()
    }

    /// Runs every part.
    ///
    /// - Throws: ``CommandFailure`` where nothing can be tested at all; what fails later is in the report.
    func run() async throws -> SelftestReport {
        defer { self.progress.clear() }
        let access = try await self.access(role: nil)
        var report = SelftestReport()
        for (index, transport) in self.settings.transports.enumerated() {
            var plans = self.plans
            if index == 0, self.settings.pushes > 0 { plans += self.pushPlans }
            // One whose events are not taken for those that another transport has had, and begins behind them.
            var test = self
            test.message = Self.message(on: self.message.channel)
            report.parts += await test.deliver(plans, over: transport)
        }
        guard self.settings.echoes > 0 else { return report }
        let clock = EchoTimes()
        if self.settings.transports.contains(.mqtt) {
            report.parts.append(await self.echo("mqtt", clock) { try await self.echoOverMQTT(as: access, $0, clock) })
        }
        if self.settings.transports != [.mqtt] {
            report.parts.append(await self.echo("http", clock) { try await self.echoOverHTTP(as: access, $0, clock) })
        }
        report.clock = ClockOffset(clock.samples)
        return report
    }

    /// Messages of a run of their own: at most 40 characters with part and number behind it, which request ids have too.
    private static func message(on channel: Realtime.Channel) -> SelftestMessage {
        SelftestMessage(run: Base64URL.encode([UInt8].random(count: 15)), channel: channel)
    }

    private var plans: [Plan] {
        [
            Plan(name: "one event", count: 1, way: .notify),
            Plan(name: "burst", count: self.settings.events, way: .notify),
        ]
    }

    /// What services push goes the same way to every receiver behind the log: once is enough.
    private var pushPlans: [Plan] {
        var plans = [Plan(name: "push by a service", count: self.settings.pushes, way: .service)]
        if let broker = self.settings.broker {
            plans.append(Plan(name: "push through the broker", count: self.settings.pushes, way: .broker(broker)))
        }
        return plans
    }

    /// Makes a grant for this run; a service's is for notifying, any other for receiving and for echoes.
    func access(role: String?) async throws -> GrantedAccess {
        let isService = role == "service"
        do {
            return try await self.inTime {
                try await self.client.grant(
                    user: Self.user,
                    session: self.message.run,
                    role: role,
                    channels: isService ? [] : [(self.message.channel, ["subscribe"])],
                    components: [isService ? self.message.channel.component.rawValue : "realtime_echo"],
                    lifetime: 3600
                )
            }
        } catch let failure as CommandFailure
            where ["component_disabled", "area_disabled"].contains(failure.code)
        {
            throw CommandFailure(
                "\(failure.message); --component and --area can name what is enabled", code: failure.code)
        }
    }

    /// Runs an operation that has to end in time.
    func inTime<R: Sendable>(_ operation: @escaping @Sendable () async throws -> R) async throws -> R {
        try await withThrowingTaskGroup(of: R.self) { group in
            // Whichever ends first ends the other, by cancellation; the group awaits both.
            group.addTask { try await operation() }
            group.addTask {
                try await Task.sleep(until: self.deadline, clock: .continuous)
                throw CommandFailure("not done within \(self.settings.timeout.components.seconds) s: see --timeout")
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }
}
