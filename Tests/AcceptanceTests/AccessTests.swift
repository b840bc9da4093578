import Testing

extension Acceptance {
    /// What a grant does not allow is refused by the edge, topic by topic.
    @Suite(.bridge) struct AccessTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        @Test(arguments: [MQTTProgram.pahoTCP3, .pahoWebSocket5, .mqttJSTCP5])
        func receivesNothingOfAnotherContext(_ client: MQTTProgram) async throws {
            let mine = Channel.unique()
            var foreign = mine
            foreign.contextID = 16
            let grant = try await self.bridge.api.grant([mine])
            let foreignTopic = try #require(try await self.bridge.api.grant(user: "43", [foreign]).topics.first)
            #expect(foreignTopic != grant.topics[0])
            try await client.connect(to: self.bridge, as: grant) { peer in
                let codes = try await peer.subscribe(grant.topics[0], foreignTopic)
                #expect(codes == [0, client.refusedFilter])
                try await self.bridge.api.notify(foreign, "not for 42")
                try await self.bridge.api.notify(mine, "for 42")
                // Whatever came first is taken here, and the other was sent before.
                let event = try await peer.message(on: "rt/demo/#")
                #expect(event["payload"] == "for 42")
            }
        }

        @Test(arguments: [MQTTProgram.pahoTCP3, .pahoTCP5, .mqttJSWebSocket3, .mqttJSWebSocket5])
        func filtersBeyondTheGrantAreRefused(_ client: MQTTProgram) async throws {
            let grant = try await self.bridge.api.grant([Channel.unique()])
            let hash = grant.hashes[0]
            let foreign = try await self.bridge.api.grant(user: "43", [Channel.unique()]).hashes[0]
            try await client.connect(to: self.bridge, as: grant) { peer in
                for filter in [
                    "rt/demo/ch/\(foreign)", "rt/demo/in/\(hash)", "rt/other/ch/\(hash)", "rt/demo/ch/\(hash)/#",
                    "rt/demo/ch/+", "rt/demo/ch/#", "rt/demo/+/\(hash)", "rt/demo/#", "rt/+/ch/\(hash)", "#", "+",
                    "+/#",
                    "$SYS/#", "$SYS/broker/clients/total", "$CONTROL/dynamic-security/v1",
                    "rt/demo/re/43/-/#", "rt/demo/re/42/somebody/#", "rt/demo/re/42/+/#", "rt/demo/re/42/#",
                    "rt/demo/up/42/#", "rt/demo/ctl/#", "rt/demo/notify/42/#", "rt/demo/reply/42/#",
                    "rt/demo/work/mod_quiz/#", "rt/demo/done/n1/#", "rt/demo", "unknown/topic",
                ] {
                    let codes = try await peer.subscribe(filter)
                    #expect(codes == [client.refusedFilter], "\(filter)")
                }
                // One refusal does not spoil the others of a packet.
                let codes = try await peer.subscribe("#", grant.topics[0])
                #expect(codes == [client.refusedFilter, 0])
            }
        }

        @Test(arguments: [MQTTProgram.pahoTCP3, .pahoTCP5])
        func sharedSubscriptionsAreRefused(_ client: MQTTProgram) async throws {
            let grant = try await self.bridge.api.grant([Channel.unique()])
            try await client.connect(to: self.bridge, as: grant) { peer in
                let codes = try await peer.subscribe("$share/g/\(grant.topics[0])")
                #expect(codes?.count == 1)
                #expect(client.isV5 ? [0x87, 0x9E].contains(codes?.first) : codes == [0x80])
            }
        }

        @Test func publishesBeyondTheGrantAreRefusedWithAReason() async throws {
            let grant = try await self.bridge.api.grant([Channel.unique()])
            try await MQTTProgram.mqttJSTCP5.run { peer in
                // A connection for each: whoever goes on with what is refused is closed.
                for topic in Self.forbiddenTopics(grant) {
                    #expect(try await peer.connect(to: self.bridge, user: "42", password: grant.token) == 0)
                    let acknowledgement = try await peer.publish(topic, "{}")
                    #expect(acknowledgement["code"] == 0x87, "\(topic)")
                    #expect(acknowledgement["reason"]?.string?.hasPrefix("forbidden") == true, "\(topic)")
                }
            }
        }

        @Test(arguments: [MQTTProgram.pahoTCP3, .mqttJSWebSocket3])
        func publishesBeyondTheGrantAreToldToOlderClients(_ client: MQTTProgram) async throws {
            let channel = Channel.unique()
            let grant = try await self.bridge.api.grant([channel])
            try await client.run { peer in
                for topic in Self.forbiddenTopics(grant) {
                    #expect(try await peer.connect(to: self.bridge, user: "42", password: grant.token) == 0)
                    #expect(try await peer.subscribe("rt/demo/re/42/-/_denied", grant.topics[0]) == [0, 0])
                    try await peer.publish(topic, #"{"forged":true}"#)
                    let denied = try await peer.message(on: "rt/demo/re/42/-/_denied")
                    #expect(denied["ok"] == false)
                    #expect(denied["error"]?["code"] == "forbidden", "\(topic)")
                    // Nothing of it has become an event.
                    try await self.bridge.api.notify(channel, "genuine")
                    let event = try await peer.message(on: grant.topics[0])
                    #expect(event["payload"] == "genuine", "\(topic)")
                }
            }
        }

        @Test func repeatedRefusalsEndTheConnection() async throws {
            let grant = try await self.bridge.api.grant([Channel.unique()])
            try await MQTTProgram.mqttJSTCP5.connect(to: self.bridge, as: grant) { peer in
                for _ in 0..<100 { try await peer.publish("rt/demo/ch/\(grant.hashes[0])", "1", qos: 0) }
                #expect(try await peer.next("disconnect")["code"] == 0x97)
                _ = try await peer.next("closed")
            }
        }

        @Test func nothingIsSentToAComponentThatTheGrantDoesNotName() async throws {
            let grant = try await self.bridge.api.grant([Channel.unique()], components: ["realtime_echo"])
            try await MQTTProgram.mqttJSWebSocket5.connect(to: self.bridge, as: grant) { peer in
                let acknowledgement = try await peer.publish("rt/demo/up/42/mod_quiz/r1", "{}")
                #expect(acknowledgement["code"] == 0x87)
            }
        }

        @Test func aGrantDoesNotHelpAnotherUser() async throws {
            let channel = Channel.unique()
            let grant = try await self.bridge.api.grant([], components: ["realtime_echo"])
            let more = try await self.bridge.api.grant([channel])
            let foreign = try await self.bridge.api.grant(user: "43", [channel])
            try await MQTTProgram.pahoTCP5.connect(to: self.bridge, as: grant) { peer in
                _ = try await peer.subscribe("rt/demo/re/42/-/#")
                try await peer.publish("rt/demo/up/42/realtime_grant/r1", foreign.token)
                let refused = try await peer.message(on: "rt/demo/re/42/-/r1")
                #expect(refused["ok"] == false)
                #expect(try await peer.subscribe(more.topics[0]) == [0x87])

                try await peer.publish("rt/demo/up/42/realtime_grant/r2", more.token)
                let accepted = try await peer.message(on: "rt/demo/re/42/-/r2")
                #expect(accepted["payload"]?["channels"] == [["hash": .string(more.hashes[0]), "rights": "s"]])
                #expect(try await peer.subscribe(more.topics[0]) == [0])
            }
        }

        private static func forbiddenTopics(_ grant: Grant) -> [String] {
            let hash = grant.hashes[0]
            return [
                "rt/demo/ch/\(hash)", "rt/demo/in/\(hash)", "rt/other/in/\(hash)", "rt/demo/up/43/realtime_echo/r1",
                "rt/demo/re/42/-/r1", "rt/demo/notify/42/r1", "rt/demo/reply/42/r1", "rt/demo/work/mod_quiz/j1",
                "rt/demo/done/n1/j1", "rt/demo/ctl/n1", "$SYS/broker", "unknown/topic",
            ]
        }
    }
}

extension MQTTProgram {
    /// SUBACK's code for a filter that is refused: not authorized in 5, the one failure that 3.1.1 has.
    fileprivate var refusedFilter: JSON { self.isV5 ? 0x87 : 0x80 }
}
