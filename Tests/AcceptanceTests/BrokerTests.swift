import Foundation
import Testing

extension Acceptance {
    /// Services on the embedded broker, and what happens when the broker or the bridge is killed.
    @Suite struct BrokerTests {
        @Test(arguments: [MQTTProgram.pahoTCP3, .pahoTCP5, .mqttJSTCP5])
        func servicesNotifyAndReadersRead(_ client: MQTTProgram) async throws {
            let channel = Channel.unique()
            try await Self.serve(readerOf: channel) { bridge, topic in
                try await Self.run(client, "board", on: bridge) { reader in
                    #expect(try await reader.subscribe(topic) == [0])
                    try await Self.run(client, "shop", on: bridge) { service in
                        let position = try await Self.notify(service, channel, request: "r1")
                        let event = try await reader.message(on: topic)
                        #expect("\(event["epoch"]?.string ?? ""):1" == position)
                        #expect(event["payload"] == ["from": "r1"])
                        #expect(event["by"] == nil)
                    }
                }
            }
        }

        @Test func accountsCannotForgeEvents() async throws {
            let channel = Channel.unique()
            try await Self.serve(readerOf: channel) { bridge, topic in
                let grant = try await bridge.api.grant([channel])
                try await MQTTProgram.pahoTCP5.connect(to: bridge, as: grant) { browser in
                    try await Self.run(.pahoTCP5, "board", on: bridge) { reader in
                        #expect(try await browser.subscribe(topic) == [0])
                        #expect(try await reader.subscribe(topic) == [0])
                        for account in ["shop", "board"] {
                            try await Self.run(.mqttJSTCP5, account, on: bridge) { forger in
                                let acknowledgement = try await forger.publish(topic, #"{"forged":true}"#)
                                #expect(acknowledgement["code"] == 0x87)
                            }
                        }
                        try await bridge.api.notify(channel, "genuine")
                        for peer in [browser, reader] {
                            let event = try await peer.message(on: topic)
                            #expect(event["payload"] == "genuine")
                        }
                    }
                }
            }
        }

        /// Answers go to the account's own topic, whatever response topic it names, and nothing that it forges is taken.
        @Test func nothingThatAServiceForgesReachesAnyone() async throws {
            let channel = Channel.unique()
            try await Self.serve(readerOf: channel) { bridge, topic in
                let grant = try await bridge.api.grant([channel])
                try await MQTTProgram.pahoTCP5.connect(to: bridge, as: grant) { browser in
                    try await Self.run(.pahoTCP5, "till", on: bridge) { other in
                        #expect(try await browser.subscribe(topic, "rt/demo/re/42/-/#") == [0, 0])
                        _ = try await other.subscribe("#")
                        try await MQTTProgram.mqttJSTCP5.run { forger in
                            for forged in [
                                topic, "rt/demo/ctl/n1", "rt/demo/reply/till/r1", "rt/demo/reply/shop/r1",
                                "rt/demo/re/42/-/r1", "rt/demo/notify/till/r1", "rt/demo/work/mod_quiz/j1",
                            ] {
                                // MQTT.js leaves when it is refused.
                                let port = bridge.folder.ports.broker
                                #expect(try await forger.connect(port: port, "shop", BridgeFolder.accountPassword) == 0)
                                let acknowledgement = try await forger.publish(forged, #"{"forged":true}"#)
                                #expect(acknowledgement["code"] == 0x87, "\(forged)")
                            }
                        }
                        for responseTopic in [topic, "rt/demo/reply/till/r1", "rt/demo/ctl/n1"] {
                            try await Self.notify(bridge, channel, responseTopic: responseTopic)
                            #expect(try await browser.message(on: "#")["payload"] == "diverted")
                        }
                        // Whatever else had come through would be the first that it gets.
                        let request: JSON = ["channel": Channel.unique().json, "payload": 1]
                        try await other.publish("rt/demo/notify/till/own", request.text)
                        #expect(try await other.next("message")["topic"] == "rt/demo/reply/till/own")
                        try await bridge.api.notify(channel, "genuine")
                        #expect(try await browser.message(on: "#")["payload"] == "genuine")
                    }
                }
            }
        }

        @Test func accountsReceiveWhatIsTheirsWhateverTheySubscribeTo() async throws {
            let channel = Channel.unique()
            try await Self.serve(readerOf: channel) { bridge, _ in
                try await Self.run(.pahoTCP5, "board", on: bridge) { reader in
                    // mosquitto grants the filter, and holds each message against the access list.
                    _ = try await reader.subscribe("#")
                    try await Self.run(.mqttJSTCP5, "shop", on: bridge) { service in
                        _ = try await service.subscribe("#")
                        for (request, channel) in [("r1", Channel.unique()), ("r2", channel)] {
                            let body: JSON = ["channel": channel.json, "payload": .string(request)]
                            try await service.publish("rt/demo/notify/shop/\(request)", body.text)
                            // The event was mirrored before its reply, not for this account.
                            let first = try await service.message(on: "#")
                            #expect(first["ok"] == true)
                        }
                    }
                    let first = try await reader.message(on: "#")
                    #expect(first["payload"] == "r2")
                }
            }
        }

        @Test func badRequestsOfServicesAreAnswered() async throws {
            try await BridgeFolder.with { folder in
                try folder.writeAccounts()
                try await folder.serve { bridge in
                    try await bridge.waitUntilReady()
                    try await Self.run(.pahoTCP5, "shop", on: bridge) { service in
                        _ = try await service.subscribe("rt/demo/reply/shop/#")
                        let disabled: JSON = ["channel": Channel(component: "mod_forum").json, "payload": 1]
                        for (request, body, code) in [
                            ("r1", "garbage", "payload_invalid"),
                            ("r2", #"{"channel":{"contextid":1},"payload":1}"#, "channel_invalid"),
                            ("r3", disabled.text, "component_disabled"),
                        ] {
                            try await service.publish("rt/demo/notify/shop/\(request)", body)
                            let reply = try await service.message(on: "rt/demo/reply/shop/\(request)")
                            #expect(reply["ok"] == false)
                            #expect(reply["error"]?["code"]?.string == code)
                        }
                    }
                }
            }
        }

        @Test func wrongPasswordsAreRefused() async throws {
            try await BridgeFolder.with { folder in
                try folder.writeAccounts()
                try await folder.serve { bridge in
                    try await bridge.waitUntilReady()
                    try await MQTTProgram.pahoTCP3.run { peer in
                        let password = BridgeFolder.accountPassword
                        for (user, password) in [("shop", "wrong"), ("nobody", password), ("", "")] {
                            let code = try await peer.connect(port: folder.ports.broker, user, password)
                            #expect(code == 5, "\(user)")
                        }
                    }
                }
            }
        }

        @Test func aKilledBrokerComesBack() async throws {
            let channel = Channel.unique()
            try await BridgeFolder.with { folder in
                try folder.writeAccounts()
                try await folder.serve { bridge in
                    try await bridge.waitUntilReady()
                    let killed = try await bridge.brokerProcess()
                    #expect(kill(killed, SIGKILL) == 0)
                    // The bridge serves its own clients meanwhile.
                    #expect(try await bridge.api.notify(channel, "meanwhile").hasSuffix(":1"))
                    #expect(try await bridge.api.get("/readyz").status == 200)

                    #expect(try await bridge.brokerProcess() != killed)
                    try await bridge.waitUntilReady()
                    try await Self.run(.pahoTCP5, "shop", on: bridge) { service in
                        let position = try await Self.notify(service, channel, request: "r1")
                        #expect(position.hasSuffix(":2"))
                    }
                }
            }
        }

        /// What is committed while the broker is away reaches the next one's readers, in order and at least once.
        @Test func whatAKilledBrokerHasMissedIsMirroredToItsSuccessor() async throws {
            let channel = Channel.unique()
            try await Self.serve(readerOf: channel) { bridge, topic in
                var broker = try await bridge.brokerProcess()
                var hasArrived = false
                // Now and then the bridge may have told the next broker everything before it is held.
                for attempt in 1...5 where !hasArrived {
                    hasArrived = try await Self.mirrorsWhatIsMissed(attempt, channel, topic, bridge, &broker)
                }
                #expect(hasArrived)
            }
        }

        @Test(arguments: [SIGKILL, SIGTERM])
        func theBrokerEndsWithTheBridge(signal: Int32) async throws {
            try await BridgeFolder.with { folder in
                try await folder.serve { bridge in
                    let broker = try await bridge.brokerProcess()
                    #expect(kill(broker, 0) == 0)
                    #expect(kill(bridge.program.processID, signal) == 0)
                    try await Deadline.poll("the broker is gone") { kill(broker, 0) != 0 && errno == ESRCH }
                }
                // Nothing is left behind that keeps the next one from starting.
                try await folder.serve { bridge in try await bridge.waitUntilReady() }
            }
        }

        @Test func withoutABrokerTheBridgeServesItsOwnClients() async throws {
            let channel = Channel.unique()
            try await FileServer.run { origin in
                try await BridgeFolder.with { folder in
                    // Something else listens where the broker should.
                    try await folder.serve(brokerAddress: String(origin.trimmingPrefix("http://"))) { bridge in
                        let answer = try await bridge.api.get("/readyz")
                        #expect(answer.status == 200)
                        #expect(answer.body["status"] == "degraded")
                        let grant = try await bridge.api.grant([channel])
                        try await MQTTProgram.mqttJSWebSocket5.connect(to: bridge, as: grant) { peer in
                            #expect(try await peer.subscribe(grant.topics[0]) == [0])
                            try await bridge.api.notify(channel, 1)
                            let event = try await peer.message(on: grant.topics[0])
                            #expect(event["payload"] == 1)
                        }
                    }
                }
            }
        }

        /// Kills the broker, commits events, and returns whether they reach a reader of the next broker.
        private static func mirrorsWhatIsMissed(
            _ attempt: Int,
            _ channel: Channel,
            _ topic: String,
            _ bridge: RunningBridge,
            _ broker: inout Int32
        ) async throws -> Bool {
            #expect(kill(broker, SIGKILL) == 0)
            try await bridge.api.notify(channel, all: (1...20).map { "\(attempt)-\($0)" })
            broker = try await bridge.brokerProcess()
            let process = bridge.program.processID
            #expect(kill(process, SIGSTOP) == 0)
            defer { _ = kill(process, SIGCONT) }
            var seen: [String] = []
            try await Self.run(.pahoTCP5, "board", on: bridge) { reader in
                #expect(try await reader.subscribe(topic) == [0])
                #expect(kill(process, SIGCONT) == 0)
                try await bridge.api.notify(channel, "end")
                while seen.last != "end" {
                    seen.append(try await reader.message(on: topic)["payload"]?.string ?? "")
                }
            }
            return Array(seen.dropLast().suffix(20)) == (1...20).map { "\(attempt)-\($0)" }
        }

        /// Runs a bridge with the accounts `shop` and `till`, services, and `board`, a reader of the channel.
        private static func serve(
            readerOf channel: Channel,
            _ body: (RunningBridge, _ topic: String) async throws -> Void
        ) async throws {
            try await BridgeFolder.with { folder in
                // Hashes come from the bridge, and accounts are read when it starts.
                var topic = ""
                try await folder.serve { topic = try await $0.api.grant([channel]).topics[0] }
                try folder.writeAccounts(readerOf: String(topic.suffix(27)))
                try await folder.serve { bridge in
                    try await bridge.waitUntilReady()
                    try await body(bridge, topic)
                }
            }
        }

        /// Runs a client connected to the broker as one of its accounts.
        private static func run(
            _ client: MQTTProgram,
            _ account: String,
            on bridge: RunningBridge,
            _ body: (MQTTPeer) async throws -> Void
        ) async throws {
            try await client.run { peer in
                let port = bridge.folder.ports.broker
                #expect(try await peer.connect(port: port, account, BridgeFolder.accountPassword) == 0)
                try await body(peer)
            }
        }

        /// Notifies over the broker as the account `shop`, with a response topic that is not its own.
        private static func notify(_ bridge: RunningBridge, _ channel: Channel, responseTopic: String) async throws {
            let body: JSON = ["channel": channel.json, "payload": "diverted"]
            let outcome = try await Program(
                executable: "/usr/bin/mosquitto_pub",
                arguments: [
                    "-p", "\(bridge.folder.ports.broker)", "-u", "shop", "-P", BridgeFolder.accountPassword, "-V",
                    "mqttv5",
                    "-q", "1", "-t", "rt/demo/notify/shop/r1", "-m", body.text, "-D", "publish", "response-topic",
                    responseTopic,
                ]
            ).finish()
            #expect(outcome.status == 0, "\(outcome.errors)")
        }

        /// Notifies over the broker as the account `shop`, and returns the position.
        private static func notify(_ service: MQTTPeer, _ channel: Channel, request: String) async throws -> String {
            #expect(try await service.subscribe("rt/demo/reply/shop/\(request)") == [0])
            let body: JSON = ["channel": channel.json, "payload": ["from": .string(request)]]
            try await service.publish("rt/demo/notify/shop/\(request)", body.text)
            let reply = try await service.message(on: "rt/demo/reply/shop/\(request)")
            #expect(reply["ok"] == true)
            return try BridgeError.require(reply["payload"]?["position"]?.string, reply.text)
        }
    }
}

extension BridgeFolder {
    fileprivate static let accountPassword = "at least 12 characters"

    /// Gives the broker services `shop` and `till`, and a reader `board` of one channel.
    fileprivate func writeAccounts(readerOf hash: String? = nil) throws {
        var yaml = "accounts:\n"
        for name in ["shop", "till"] {
            yaml += "  - { name: \(name), role: service, password: \"\(Self.accountPassword)\" }\n"
        }
        if let hash {
            yaml += "  - { name: board, role: reader, password: \"\(Self.accountPassword)\", channels: [\(hash)] }\n"
        }
        try yaml.write(toFile: self.path + "/broker/accounts.yaml", atomically: false, encoding: .utf8)
    }
}

extension RunningBridge {
    /// Waits until the bridge is connected to its broker.
    fileprivate func waitUntilReady() async throws {
        try await Deadline.poll("the broker is connected") {
            try await self.api.get("/readyz").body["status"] == "ready"
        }
    }
}
