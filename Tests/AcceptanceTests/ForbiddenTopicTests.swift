import Testing

extension Acceptance {
    /// What a grant does not allow to publish is refused with a reason, goes nowhere, and leaves the connection open.
    @Suite(.bridge) struct ForbiddenTopicTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        /// `HASH` is the channel that the bystander is subscribed to.
        @Test(
            arguments: ["client", "device", "service"],
            [
                "rt/demo/ch/HASH", "rt/demo/in/HASH", "rt/demo/up/bystander/mod_quiz/r1", "rt/demo/up/42/mod_chat/r1",
                "rt/demo/re/bystander/-/r1", "rt/demo/re/42/-/r1", "rt/demo/notify/bystander/r1",
                "rt/demo/reply/42/r1", "rt/demo/work/mod_quiz/j1", "rt/demo/done/n1/j1", "rt/demo/ctl/n1",
                "rt/other/in/HASH", "$SYS/broker", "unknown/topic",
            ]
        )
        func publishing(_ role: String, _ topic: String) async throws {
            let token = try await self.bridge.api.grant(components: ["mod_quiz"], role: role).token
            try await Bystander.watch(self.bridge) { hash in
                let topic = topic.replacing("HASH", with: hash)
                let body = #"{"channel":\#(Channel().json.text),"payload":1}"#
                try await self.expectRefusal(
                    token,
                    MQTTBytes.publish(topic.utf8, 5, payload: Array(body.utf8))
                )
            }
        }

        @Test(arguments: ["client", "device"])
        func notifying(_ role: String) async throws {
            let token = try await self.bridge.api.grant(components: ["mod_quiz"], role: role).token
            try await Bystander.watch(self.bridge) { _ in
                try await self.expectRefusal(token, MQTTBytes.publish("rt/demo/notify/42/r1".utf8, 5))
            }
        }

        @Test(arguments: [
            "rt/demo/re/bystander/-/r1", "rt/demo/re/42/another/r1", "rt/demo/ch/HASH", "rt/demo/in/HASH",
            "rt/demo/reply/42/r1", "rt/demo/ctl/n1", "rt/demo/re/42/-", "rt/other/re/42/-/r1", "unknown/topic",
        ])
        func aResponseTopicOfAnother(_ topic: String) async throws {
            let token = try await self.bridge.api.grant(components: ["realtime_echo"]).token
            try await Bystander.watch(self.bridge) { hash in
                let topic = topic.replacing("HASH", with: hash)
                let publish = MQTTBytes.publish(
                    "rt/demo/up/42/realtime_echo/r1".utf8, 5, properties: [8] + MQTTBytes.text(topic)
                )
                try await self.expectRefusal(token, publish)
            }
        }

        /// A service is answered on its own topic, whatever response topic it names.
        @Test func aServicesResponseTopicDivertsNothing() async throws {
            let token = try await self.bridge.api.grant(user: "shop", components: ["mod_quiz"], role: "service").token
            try await Bystander.watch(self.bridge) { hash in
                try await RawConnection.open("a service", port: self.bridge.folder.ports.mqtt) { connection in
                    let client = RawClient(connection, version: 5)
                    try await client.connect(token)
                    await connection.send(MQTTBytes.subscribe([Array("rt/demo/reply/shop/#".utf8)], 5))
                    #expect(await client.next() == .suback([0]))
                    let body = #"{"channel":\#(Channel.unique().json.text),"payload":1}"#
                    for topic in ["rt/demo/ch/\(hash)", "rt/demo/re/bystander/-/r1", "rt/demo/reply/till/r1"] {
                        await connection.send(
                            MQTTBytes.publish(
                                "rt/demo/notify/shop/r1".utf8, 5, payload: Array(body.utf8),
                                properties: [8] + MQTTBytes.text(topic)
                            )
                        )
                        #expect(await client.next() == .puback(0))
                        guard case .message(let name, let reply)? = await client.next() else {
                            Issue.record("no reply")
                            return
                        }
                        #expect(name == "rt/demo/reply/shop/r1")
                        #expect(try JSON(parsing: reply)["ok"] == true)
                    }
                }
            }
        }

        /// The longest that MQTT can carry; of this site are at most 255 bytes.
        @Test(arguments: [UInt8(4), 5])
        func topicsOf65535Bytes(_ version: UInt8) async throws {
            let token = try await self.bridge.api.grant().token
            let longest = Array("rt/demo/in/".utf8) + Array(repeating: UInt8(ascii: "a"), count: 65_524)
            try await Bystander.watch(self.bridge) { _ in
                try await RawConnection.open("long topics", port: self.bridge.folder.ports.mqtt) { connection in
                    let client = RawClient(connection, version: version)
                    try await client.connect(token)
                    await connection.send(MQTTBytes.subscribe([longest], version))
                    #expect(await client.next() == .suback([version == 5 ? 0x87 : 0x80]))
                    await connection.send(MQTTBytes.publish(longest, version))
                    #expect(await client.next() == .puback(version == 5 ? 0x87 : 0))
                    #expect(await client.untilPong() == [.pingresp])
                }
            }
        }

        private func expectRefusal(_ token: String, _ publish: [UInt8]) async throws {
            try await RawConnection.open("a forbidden PUBLISH", port: self.bridge.folder.ports.mqtt) { connection in
                let client = RawClient(connection, version: 5)
                try await client.connect(token)
                await connection.send(publish)
                #expect(await client.next() == .puback(0x87))
                #expect(client.reason?.hasPrefix("forbidden: ") == true)
                #expect(await client.untilPong() == [.pingresp])
            }
        }
    }
}
