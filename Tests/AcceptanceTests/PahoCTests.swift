import Testing

extension Acceptance {
    /// paho's C client, over TCP and WebSocket, with 3.1.1 and 5.
    @Suite(.bridge) struct PahoCTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        @Test(arguments: ["tcp", "ws"], ["4", "5"])
        func receivesEventsAndReplies(_ scheme: String, _ version: String) async throws {
            let ports = self.bridge.folder.ports
            let uri = scheme == "ws" ? "ws://127.0.0.1:\(ports.http)/mqtt" : "tcp://127.0.0.1:\(ports.mqtt)"
            try await self.run(uri: uri, version: version, clientID: "paho-c")
        }

        /// The edge gives it one ([MQTT-3.1.3-6]).
        @Test func version311NeedsNoClientID() async throws {
            try await self.run(uri: "tcp://127.0.0.1:\(self.bridge.folder.ports.mqtt)", version: "4", clientID: "")
        }

        /// A password that is no grant: 4 in 3.1.1, 0x86 in 5.
        @Test(arguments: [("4", "connack 4"), ("5", "connack 134")])
        func isToldWhyItMayNotConnect(version: String, answer: String) async throws {
            try await Self.compiled { executable in
                let uri = "tcp://127.0.0.1:\(self.bridge.folder.ports.mqtt)"
                let outcome = try await Program(
                    executable: executable,
                    arguments: [uri, version, "paho-c", "42", "secret", "rt/demo/ch/x"]
                ).finish()
                #expect(outcome.status == 1)
                #expect(outcome.lines == [answer])
            }
        }

        private static func compiled(_ body: (_ executable: String) async throws -> Void) async throws {
            try await TemporaryFolder.with { folder in
                let executable = folder + "/mqtt_paho"
                let compiler = Program(
                    executable: "cc",
                    arguments: ["-o", executable, ClientScript.path("mqtt_paho.c"), "-lpaho-mqtt3c"]
                )
                let compiled = try await compiler.finish()
                #expect(compiled.status == 0, "\(compiled.errors)")
                try await body(executable)
            }
        }

        private func run(uri: String, version: String, clientID: String) async throws {
            let channel = Channel.unique()
            let grant = try await self.bridge.api.grant([channel], components: ["realtime_echo"])
            try await Self.compiled { executable in
                let client = Program(
                    executable: executable,
                    arguments: [uri, version, clientID, grant.user, grant.token, grant.topics[0]]
                )
                try await client.run { program in
                    try await program.line(containing: "connack 0")
                    try await program.line(containing: "suback 0 0")
                    try await program.line(containing: "ready")
                    try await self.bridge.api.notify(channel, ["points": 3])
                    let event = try await program.line(containing: "message \(grant.topics[0])")
                    #expect(event.hasSuffix(#""payload":{"points":3}}"#))
                    try await program.write(#"{"choice":3}"#)
                    let reply = try await program.line(containing: "message rt/demo/re/\(grant.user)/-/c1")
                    #expect(reply.hasSuffix(#""echo":{"choice":3}}}"#))
                }
            }
        }
    }
}
