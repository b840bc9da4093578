import Testing

extension Acceptance {
    /// mosquitto_sub and mosquitto_pub over TCP.
    @Suite(.bridge) struct MosquittoClientTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        @Test(arguments: ["mqttv311", "mqttv5"])
        func subscribes(version: String) async throws {
            let channel = Channel.unique()
            let grant = try await self.bridge.api.grant([channel])
            let subscriber = self.program("mosquitto_sub", version, grant, ["-t", grant.topics[0], "-q", "1"])
            try await subscriber.run { subscriber in
                try await subscriber.line(containing: "SUBACK")

                let arguments = ["notify"] + channel.options + [#"{"by":"the command line"}"#]
                let notify = try await self.bridge.command(arguments).finish()
                #expect(notify.status == 0, "\(notify.errors)")
                let position = try await self.bridge.api.notify(channel, ["by": "HTTP"])

                #expect(try await self.event(subscriber)["payload"] == ["by": "the command line"])
                let second = try await self.event(subscriber)
                #expect(second["payload"] == ["by": "HTTP"])
                #expect(second["seq"] == 2)
                #expect(position.hasSuffix(":2"))
                #expect(notify.lines == [position.dropLast(1) + "1"])
            }
        }

        @Test(arguments: ["mqttv311", "mqttv5"], ["0", "1"])
        func publishes(version: String, qos: String) async throws {
            let channel = Channel.unique()
            let reader = try await self.bridge.api.grant(user: "reader", [channel])
            let device = try await self.bridge.api.grant(user: "sensor", [channel], rights: ["publish"], role: "device")
            try await self.program("mosquitto_sub", version, reader, ["-t", reader.topics[0]]).run { subscriber in
                try await subscriber.line(containing: "SUBACK")
                let options = ["-t", "rt/demo/in/\(device.hashes[0])", "-q", qos, "-m", #"{"celsius":21.5}"#]
                let outcome = try await self.program("mosquitto_pub", version, device, options).finish()
                #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
                let event = try await self.event(subscriber)
                #expect(event["payload"] == ["celsius": .double(21.5)])
                #expect(event["by"] == "sensor")
            }
        }

        @Test func isToldWhyAPublishWasRefused() async throws {
            let grant = try await self.bridge.api.grant([Channel.unique()])
            let options = ["-t", "rt/demo/in/\(grant.hashes[0])", "-q", "1", "-m", "1"]
            let outcome = try await self.program("mosquitto_pub", "mqttv5", grant, options).finish()
            #expect((outcome.output + outcome.errors).contains("Not authorized"))
        }

        @Test(arguments: ["mqttv311", "mqttv5"])
        func isToldWhyItMayNotConnect(version: String) async throws {
            let grant = try await self.bridge.api.grant([Channel.unique()])
            let forged = try Grant(user: "42", answer: ["token": .string(grant.token + "x")])
            let outcome = try await self.program("mosquitto_sub", version, forged, ["-t", grant.topics[0]]).finish()
            #expect(outcome.status != 0)
            // Of both versions, in different spelling.
            #expect((outcome.output + outcome.errors).lowercased().contains("bad user name or password"))
        }

        private func program(_ name: String, _ version: String, _ grant: Grant, _ options: [String]) -> Program {
            // -d tells of the SUBACK, from which on nothing is missed.
            let connection = [
                "-h", "127.0.0.1", "-p", "\(self.bridge.folder.ports.mqtt)", "-V", version, "-u", grant.user, "-P",
                grant.token, "-d",
            ]
            // Into a pipe they would print by the block.
            let arguments = ["-oL", "/usr/bin/\(name)"] + connection + options
            return Program(executable: "/usr/bin/stdbuf", arguments: arguments)
        }

        private func event(_ subscriber: RunningProgram) async throws -> JSON {
            try await subscriber.first("an event") { line in
                line.hasPrefix("{") ? try? JSON(parsing: line) : nil
            }
        }
    }
}
