import Testing

extension Acceptance {
    /// Request ids of odd bytes, as the last level of an upstream topic: refused, and the next message is served.
    @Suite(.bridge) struct RequestIDTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        private static let topic = Array("rt/demo/up/42/realtime_echo/".utf8)
        private static let good = [
            "r1", "-", "_", "A-z_09", "00000000-0000-0000-0000-000000000000", String(repeating: "r", count: 40),
        ]
        private static let odd = [
            "", "%", "%20", "a%2Fb", "a b", " ", "\u{E9}", "e\u{301}", "\u{1F600}", "a/b", "/", "//", ".", "..", "a\"b",
            "a\\b", "a\nb", "a\u{7F}", "$r", "r\u{200B}", "r:1", "r=", "r,", String(repeating: "r", count: 41),
            String(repeating: "r", count: 60_000),
        ]

        @Test(arguments: [UInt8(4), 5])
        func goodOnesAreAnswered(_ version: UInt8) async throws {
            try await self.connect(version) { client in
                for id in Self.good { try await Self.expectEcho(id, client) }
            }
        }

        /// MQTT 5 has the reason in the PUBACK, 3.1.1 on the reply topic.
        @Test(arguments: [UInt8(4), 5])
        func oddOnesAreForbidden(_ version: UInt8) async throws {
            try await Bystander.watch(self.bridge) { _ in
                // So few a connection that nobody is taken for an offender.
                for (index, id) in Self.odd.enumerated() {
                    try await self.connect(version) { client in
                        await client.connection.send(MQTTBytes.publish(Self.topic + id.utf8, version))
                        let answers = [await client.next(), version == 4 ? await client.next() : nil]
                        #expect(answers.contains(.puback(version == 5 ? 0x87 : 0)), "\(index)")
                        if version == 5 {
                            #expect(client.reason?.hasPrefix("forbidden: ") == true, "\(index)")
                        } else {
                            let told = answers.lazy.compactMap { answer -> String? in
                                guard case .message("rt/demo/re/42/-/_denied", let text)? = answer else { return nil }
                                return text
                            }
                            let error = try JSON(parsing: try #require(told.first))["error"]
                            #expect(error?["code"] == "forbidden", "\(index)")
                        }
                        try await Self.expectEcho("after-\(index)", client)
                    }
                }
            }
        }

        /// What no topic of a PUBLISH may hold ends the connection, and nobody else's: NUL, bytes that are no UTF-8, half
        /// of a surrogate pair, and wildcards.
        @Test(
            arguments: [UInt8(4), 5],
            [[0x72, 0], [0], [0xFF], [0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0x2B], [0x23]] as [[UInt8]]
        )
        func brokenOnesEndTheConnection(_ version: UInt8, _ id: [UInt8]) async throws {
            try await Bystander.watch(self.bridge) { _ in
                try await self.connect(version) { client in
                    await client.connection.send(MQTTBytes.publish(Self.topic + id, version))
                    let answers = await client.rest()
                    // A DISCONNECT with the reason, where the version has one, and nothing else.
                    #expect(answers.count == (version == 5 ? 1 : 0))
                    if case .disconnect(let code)? = answers.first { #expect([0x81, 0x82, 0x90].contains(code)) }
                }
            }
        }

        private func connect(_ version: UInt8, _ body: @escaping @Sendable (RawClient) async throws -> Void)
            async throws
        {
            let token = try await self.bridge.api.grant(components: ["realtime_echo"]).token
            try await RawConnection.open("a client", port: self.bridge.folder.ports.mqtt) { connection in
                let client = RawClient(connection, version: version)
                try await client.connect(token)
                await connection.send(MQTTBytes.subscribe([Array("rt/demo/re/42/-/#".utf8)], version))
                #expect(await client.next() == .suback([0]))
                try await body(client)
            }
        }

        private static func expectEcho(_ id: String, _ client: RawClient) async throws {
            await client.connection.send(MQTTBytes.publish(Self.topic + id.utf8, client.version))
            let answers = [await client.next(), await client.next()]
            #expect(answers.contains(.puback(0)), "\(id)")
            let reply = answers.lazy.compactMap { answer -> String? in
                guard case .message("rt/demo/re/42/-/\(id)", let text)? = answer else { return nil }
                return text
            }
            #expect(try JSON(parsing: try #require(reply.first, "\(id)"))["payload"]?["echo"] == 1)
        }
    }
}
