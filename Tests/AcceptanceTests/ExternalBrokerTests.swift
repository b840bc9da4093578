import Foundation
import Testing

extension Acceptance {
    /// A bridge on a mosquitto that it has not started, with exactly the configuration that `broker/mosquitto` offers.
    @Suite struct ExternalBrokerTests {
        @Test(arguments: [false, true])
        func servicesNotifyAndReadersRead(isTLS: Bool) async throws {
            let channel = Channel.unique()
            try await Self.serve(isTLS: isTLS) { broker, bridge in
                let topic = try await bridge.api.grant([channel]).topics[0]
                try await Self.run("reader", on: broker) { reader in
                    _ = try await reader.subscribe(topic)
                    try await Self.run("service", on: broker) { service in
                        let position = try await Self.notify(service, channel, request: "r1")
                        let event = try await reader.message(on: topic)
                        #expect("\(event["epoch"]?.string ?? ""):1" == position)
                        #expect(event["payload"] == "r1")
                    }
                }
            }
        }

        @Test func nothingForgedReachesAnyone() async throws {
            let channel = Channel.unique()
            try await Self.serve { broker, bridge in
                let grant = try await bridge.api.grant([channel])
                let topic = grant.topics[0]
                try await MQTTProgram.pahoTCP5.connect(to: bridge, as: grant) { browser in
                    // Nobody sees more than the bridge's own account.
                    try await Self.run("bridge", on: broker) { observer in
                        _ = try await browser.subscribe(topic)
                        _ = try await observer.subscribe("rt/demo/#")
                        try await Self.forge(on: broker, topic: topic, hash: grant.hashes[0])
                        try await Self.run("service", on: broker) { service in
                            let diverted = Self.request(channel, payload: "diverted")
                            let outcome = try await Self.mosquittoPub(
                                broker,
                                "service",
                                ["-V", "mqttv5", "-t", "rt/demo/notify/service/r1", "-m", diverted]
                                    + ["-D", "publish", "response-topic", topic]
                            )
                            #expect(outcome.status == 0, "\(outcome.errors)")
                            _ = try await Self.notify(service, channel, request: "r2")
                        }
                        // Whatever else had come through would be among the first: its sender had its answer before.
                        var topics: [String] = []
                        for _ in 0..<6 { topics.append(try await observer.next("message")["topic"]?.string ?? "") }
                        #expect(
                            topics.sorted()
                                == [
                                    topic, topic, "rt/demo/notify/service/r1", "rt/demo/notify/service/r2",
                                    "rt/demo/reply/service/r1", "rt/demo/reply/service/r2",
                                ].sorted()
                        )
                        #expect(try await browser.message(on: topic)["payload"] == "diverted")
                        #expect(try await browser.message(on: topic)["payload"] == "r2")
                    }
                }
            }
        }

        @Test func accountsReadTheirOwnOnly() async throws {
            let channel = Channel.unique()
            try await Self.serve { broker, bridge in
                let topic = try await bridge.api.grant([channel]).topics[0]
                try await Self.run("reader", on: broker) { reader in
                    try await Self.run("service", on: broker) { service in
                        // mosquitto takes the subscriptions and stays silent.
                        _ = try await reader.subscribe("rt/demo/notify/#", "rt/demo/reply/#", topic)
                        _ = try await service.subscribe("rt/demo/ch/+", "rt/demo/notify/#", "rt/demo/reply/reader/#")
                        _ = try await Self.notify(service, channel, request: "r1")
                        #expect(try await reader.next("message")["topic"]?.string == topic)
                        _ = try await Self.notify(service, channel, request: "r2")
                        #expect(try await reader.next("message")["topic"]?.string == topic)
                    }
                }
            }
        }

        @Test func retainedRequestsAreNotKept() async throws {
            let channel = Channel.unique()
            try await Self.serve { broker, bridge in
                let request = Self.request(channel, payload: "again")
                _ = try await Self.mosquittoPub(
                    broker, "service", ["-V", "mqttv311", "-r", "-t", "rt/demo/notify/service/r1", "-m", request]
                )
                try await Self.run("bridge", on: broker) { observer in
                    _ = try await observer.subscribe("rt/demo/notify/#")
                    try await Self.run("service", on: broker) { service in
                        let position = try await Self.notify(service, channel, request: "r2")
                        #expect(position.hasSuffix(":1"))
                    }
                    #expect(try await observer.next("message")["topic"] == "rt/demo/notify/service/r2")
                }
            }
        }

        @Test func onlyAccountsComeIn() async throws {
            try await ExternalBroker.with { broker in
                try await broker.run {
                    for credentials in [
                        [], ["-u", "service"], ["-u", "service", "-P", "wrong"], ["-u", "x", "-P", "y"],
                    ] {
                        let arguments = ["-p", "\(broker.port)", "-t", "rt/demo/notify/service/r1", "-m", "1"]
                        let outcome = try await Program(
                            executable: "/usr/bin/mosquitto_pub",
                            arguments: arguments + credentials
                        ).finish()
                        // 5 is MQTT 3.1.1's code: not authorized.
                        #expect(outcome.status == 5, "\(credentials)")
                    }
                    try await BridgeFolder.with { folder in
                        let url = broker.url(password: "a wrong password")
                        try await folder.serve(brokerSettings: "url: \"\(url)\"") { bridge in
                            let line = try await bridge.program.line(containing: "Broker is not connected")
                            #expect(line.contains("mqtt://127.0.0.1:\(broker.port)"))
                            #expect(!line.contains("wrong"))
                            try await bridge.waitUntil(status: "degraded")
                        }
                    }
                }
            }
        }

        @Test func anUnknownAuthorityIsNotTrusted() async throws {
            try await ExternalBroker.with { broker in
                try await broker.run {
                    try await BridgeFolder.with { folder in
                        try await folder.serve(brokerSettings: "url: \"\(broker.url(isTLS: true))\"") { bridge in
                            try await bridge.program.line(containing: "Broker is not connected")
                            try await bridge.waitUntil(status: "degraded")
                        }
                    }
                }
            }
        }

        @Test func aRestartedBrokerIsFoundAgain() async throws {
            let channel = Channel.unique()
            try await Self.restart { bridge, broker in
                try await Self.run("service", on: broker) { service in
                    let position = try await Self.notify(service, channel, request: "r1")
                    #expect(position.hasSuffix(":1"))
                }
            }
        }

        @Test func aRestartedBrokerIsFoundAgainBehindManyClients() async throws {
            let channel = Channel.unique()
            let script = Program(executable: "/usr/bin/python3", arguments: [ClientScript.path("many.py")])
            try await script.run { clients in
                try await Self.restart { bridge in
                    // Every low descriptor is taken by the time that the bridge comes back to its broker.
                    let grant = try await bridge.api.grant([channel])
                    let command: JSON = [
                        "port": .int(Int64(bridge.folder.ports.mqtt)), "count": 2000, "user": .string(grant.user),
                        "password": .string(grant.token), "topic": .string(grant.topics[0]),
                    ]
                    try await clients.write(command.text)
                    _ = try await clients.first("2,000 subscriptions", within: .seconds(60)) {
                        $0.contains("subscribed") ? $0 : nil
                    }
                } after: { bridge, broker in
                    #if os(Linux)
                    let descriptor = try #require(try bridge.descriptor(ofConnectionTo: broker.port))
                    #expect(descriptor >= 1024)
                    #endif
                    try await Self.run("service", on: broker) { service in
                        let position = try await Self.notify(service, channel, request: "r1")
                        #expect(position.hasSuffix(":1"))
                    }
                    #expect(try await clients.line(containing: "delivered").isEmpty == false)
                }
            }
        }

        /// Events committed while the broker is away reach its readers later, in order and at least once.
        @Test func whatIsCommittedWithoutABrokerIsMirroredLater() async throws {
            let channel = Channel.unique()
            try await ExternalBroker.with { broker in
                try await BridgeFolder.with { folder in
                    try await folder.serve(brokerSettings: "url: \"\(broker.url())\"") { bridge in
                        let topic = try await bridge.api.grant([channel]).topics[0]
                        try await broker.run {
                            try await bridge.waitUntil(status: "ready")
                            try await Self.run("reader", on: broker) { reader in
                                _ = try await reader.subscribe(topic)
                                try await bridge.api.notify(channel, 1)
                                #expect(try await reader.message(on: topic)["payload"] == 1)
                            }
                        }
                        try await bridge.waitUntil(status: "degraded")
                        try await bridge.api.notify(channel, all: (2...600).map { .int($0) })
                        // The bridge stands still until the reader is there: nothing else holds it back.
                        let process = bridge.program.processID
                        #expect(kill(process, SIGSTOP) == 0)
                        defer { _ = kill(process, SIGCONT) }
                        try await broker.run {
                            try await Self.run("reader", on: broker) { reader in
                                _ = try await reader.subscribe(topic)
                                #expect(kill(process, SIGCONT) == 0)
                                var next: Int64 = 2
                                while next <= 600 {
                                    let number = try await reader.message(on: topic)["payload"]?.int ?? 0
                                    // Some may come again, never one before those that it follows.
                                    #expect(number <= next)
                                    next = max(next, number + 1)
                                }
                                try await bridge.waitUntil(status: "ready")
                                #expect(try await bridge.metric("realtime_mirror_behind") == 0)
                            }
                        }
                    }
                }
            }
        }

        /// Runs a broker and a bridge on it, which is connected when the body begins.
        private static func serve(
            isTLS: Bool = false,
            _ body: (ExternalBroker, RunningBridge) async throws -> Void
        ) async throws {
            try await ExternalBroker.with { broker in
                try await broker.run {
                    try await BridgeFolder.with { folder in
                        let settings = "url: \"\(broker.url(isTLS: isTLS))\""
                        let authorities = isTLS ? ", ca: \"\(broker.certificate)\"" : ""
                        try await folder.serve(brokerSettings: settings + authorities) { bridge in
                            try await bridge.waitUntil(status: "ready")
                            try await body(broker, bridge)
                        }
                    }
                }
            }
        }

        /// Runs a bridge, restarts its broker, and goes on when the bridge is connected again.
        private static func restart(
            meanwhile: (RunningBridge) async throws -> Void = { _ in },
            after: (RunningBridge, ExternalBroker) async throws -> Void
        ) async throws {
            try await ExternalBroker.with { broker in
                try await BridgeFolder.with { folder in
                    // The bridge need not wait for its broker to start.
                    try await folder.serve(brokerSettings: "url: \"\(broker.url())\"") { bridge in
                        try await broker.run { try await bridge.waitUntil(status: "ready") }
                        try await bridge.waitUntil(status: "degraded")
                        try await meanwhile(bridge)
                        try await broker.run {
                            try await bridge.waitUntil(status: "ready")
                            try await after(bridge, broker)
                        }
                    }
                }
            }
        }

        /// Tries what no account but the bridge's may publish.
        private static func forge(on broker: ExternalBroker, topic: String, hash: String) async throws {
            for (account, other) in [("service", "reader"), ("reader", "service")] {
                var topics = [
                    topic, "rt/demo/ctl/node", "rt/demo/in/\(hash)", "rt/demo/re/42/client/r1",
                    "rt/demo/reply/\(account)/r1", "rt/demo/reply/\(other)/r1", "rt/demo/notify/\(other)/r1",
                    "rt/demo/up/42/realtime_echo/r1", "rt/demo/done/node/job",
                ]
                if account == "reader" { topics.append("rt/demo/notify/reader/r1") }
                for forged in topics {
                    // A connection each: MQTT.js closes its own when a message is refused.
                    try await self.run(account, with: .mqttJSTCP5, on: broker) { forger in
                        let acknowledgement = try await forger.publish(forged, #"{"forged":true}"#)
                        #expect(acknowledgement["code"] == 0x87, "\(account): \(forged)")
                    }
                }
            }
        }

        /// Runs a client connected to the broker as one of its accounts.
        private static func run(
            _ account: String,
            with client: MQTTProgram = .pahoTCP5,
            on broker: ExternalBroker,
            _ body: (MQTTPeer) async throws -> Void
        ) async throws {
            try await client.run { peer in
                let password = ExternalBroker.passwords[account] ?? ""
                #expect(try await peer.connect(port: broker.port, account, password) == 0)
                try await body(peer)
            }
        }

        private static func mosquittoPub(
            _ broker: ExternalBroker,
            _ account: String,
            _ options: [String]
        ) async throws -> Program.Outcome {
            let password = ExternalBroker.passwords[account] ?? ""
            return try await Program(
                executable: "/usr/bin/mosquitto_pub",
                arguments: ["-p", "\(broker.port)", "-u", account, "-P", password, "-q", "1"] + options
            ).finish()
        }

        /// Notifies over the broker as the account `service`, with the request's name as payload; returns the position.
        private static func notify(_ service: MQTTPeer, _ channel: Channel, request: String) async throws -> String {
            _ = try await service.subscribe("rt/demo/reply/service/\(request)")
            try await service.publish(
                "rt/demo/notify/service/\(request)",
                self.request(channel, payload: .string(request))
            )
            // The only message that may come at all.
            let message = try await service.next("message")
            #expect(message["topic"]?.string == "rt/demo/reply/service/\(request)")
            let reply = try JSON(parsing: message["payload"]?.string ?? "")
            #expect(reply["ok"] == true)
            return try BridgeError.require(reply["payload"]?["position"]?.string, reply.text)
        }

        private static func request(_ channel: Channel, payload: JSON) -> String {
            JSON.object(["channel": channel.json, "payload": payload]).text
        }
    }
}

extension BridgeFolder {
    /// Runs a bridge on a broker that is not embedded.
    fileprivate func serve(brokerSettings: String, _ body: (RunningBridge) async throws -> Void) async throws {
        let file = self.path + "/bridge.yaml"
        let yaml = try String(contentsOfFile: file, encoding: .utf8)
        let changed = yaml.replacing(/broker:\n(  .*\n)+/, with: "broker: { \(brokerSettings), mirror: true }\n")
        try changed.write(toFile: file, atomically: false, encoding: .utf8)
        let arguments = [
            "serve", "--data", self.path, "--http", "127.0.0.1:\(self.ports.http)",
            "--mqtt", "127.0.0.1:\(self.ports.mqtt)",
        ]
        try await BridgeExecutable.program(arguments).run { program in
            let bridge = RunningBridge(folder: self, program: program)
            try await Deadline.poll("the bridge answers") {
                (try? await bridge.api.get("/healthz"))?.status == 200
            }
            try await body(bridge)
        }
    }
}
