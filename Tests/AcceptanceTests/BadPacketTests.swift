import Testing

extension Acceptance {
    /// Whoever breaks MQTT is told how, as far as its version can be, and closed; nobody else notices.
    @Suite(.bridge) struct BadPacketTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        @Test(arguments: BadPacket.anyPacket + BadPacket.publishes + BadPacket.subscriptions)
        func connectedClients(_ bad: BadPacket) async throws {
            try await self.expectRefusal(of: bad, isConnected: true)
        }

        @Test(arguments: BadPacket.protocols + BadPacket.beforeConnect)
        func strangers(_ bad: BadPacket) async throws {
            try await self.expectRefusal(of: bad)
        }

        @Test(arguments: BadPacket.connects + BadPacket.wills + BadPacket.malformedWills)
        func connects(_ bad: BadPacket) async throws {
            try await self.expectRefusal(of: bad)
        }

        private func expectRefusal(of bad: BadPacket, isConnected: Bool = false) async throws {
            let token = try await self.bridge.api.grant(components: ["mod_quiz"]).token
            try await Bystander.watch(self.bridge) { _ in
                try await RawConnection.open(bad.name, port: self.bridge.folder.ports.mqtt) { connection in
                    let client = RawClient(connection, version: bad.version)
                    if isConnected { try await client.connect(token) }
                    await connection.send(bad.bytes(token))
                    #expect(await client.rest() == bad.answers)
                    // MQTT 5 has room for more than a number.
                    if bad.version == 5 { #expect(client.reason?.isEmpty == false) }
                }
            }
        }
    }
}
