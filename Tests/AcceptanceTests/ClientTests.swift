import Testing

extension Acceptance {
    /// paho-mqtt and MQTT.js, over TCP and WebSocket, with 3.1.1 and 5.
    @Suite(.bridge) struct ClientTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        @Test(arguments: MQTTProgram.allCases)
        func receivesEventsAndReplies(_ client: MQTTProgram) async throws {
            let channel = Channel.unique()
            let grant = try await self.bridge.api.grant([channel], components: ["realtime_echo"])
            try await client.connect(to: self.bridge, as: grant) { peer in
                #expect(try await peer.subscribe(grant.topics[0], "rt/demo/re/42/-/#") == [0, 0])

                let position = try await self.bridge.api.notify(channel, ["question": "4 + 3 > 6?"])
                let event = try await peer.message(on: grant.topics[0])
                #expect(event["payload"] == ["question": "4 + 3 > 6?"])
                #expect("\(event["epoch"]?.string ?? ""):1" == position)
                #expect(event["seq"] == 1)
                #expect(event["by"] == nil)

                try await peer.publish("rt/demo/up/42/realtime_echo/r1", #"{"choice":3}"#)
                let reply = try await peer.message(on: "rt/demo/re/42/-/r1")
                #expect(reply["ok"] == true)
                #expect(reply["payload"]?["echo"] == ["choice": 3])
            }
        }

        @Test(arguments: [MQTTProgram.pahoTCP3, .mqttJSWebSocket5])
        func publishesDataThatBecomesAnEvent(_ client: MQTTProgram) async throws {
            let channel = Channel.unique()
            let grant = try await self.bridge.api.grant([channel], rights: ["subscribe", "publish"])
            try await client.connect(to: self.bridge, as: grant) { peer in
                #expect(try await peer.subscribe(grant.topics[0]) == [0])
                for (qos, data, payload) in [(0, "21.5", JSON.double(21.5)), (1, "not JSON", "not JSON")] {
                    try await peer.publish("rt/demo/in/\(grant.hashes[0])", data, qos: Int64(qos))
                    let event = try await peer.message(on: grant.topics[0])
                    #expect(event["payload"] == payload)
                    #expect(event["by"] == "42")
                }
            }
        }

        @Test func takesAKeyOnce() async throws {
            let channel = Channel.unique()
            let grant = try await self.bridge.api.grant([channel], rights: ["subscribe", "publish"])
            let ingest = "rt/demo/in/\(grant.hashes[0])"
            try await MQTTProgram.mqttJSTCP5.connect(to: self.bridge, as: grant) { peer in
                #expect(try await peer.subscribe(grant.topics[0]) == [0])
                #expect(try await peer.publish(ingest, "1", properties: ["key": "a"])["code"] == 0)
                #expect(try await peer.publish(ingest, "1", properties: ["key": "a"])["code"] == 0)
                let refused = try await peer.publish(ingest, "2", properties: ["key": "a"])
                #expect(refused["code"] == 0x87)
                #expect(refused["reason"]?.string?.hasPrefix("key_reused") == true)
                #expect(try await peer.publish(ingest, "3", properties: ["key": "b"])["code"] == 0)
                #expect(try await peer.message(on: grant.topics[0])["payload"] == 1)
                let second = try await peer.message(on: grant.topics[0])
                #expect(second["payload"] == 3)
                #expect(second["seq"] == 2)
            }
        }
    }
}
