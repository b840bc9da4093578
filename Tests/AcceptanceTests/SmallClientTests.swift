import Testing

extension Acceptance {
    /// Clients with too little memory for a grant fail, and the bridge's log says why.
    @Suite(.bridge) struct SmallClientTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        private var port: Int { self.bridge.folder.ports.mqtt }

        /// Libraries with a buffer of 256 bytes send what fits of their CONNECT, and give up.
        @Test func aTokenThatDoesNotFitItsClientIsLogged() async throws {
            let connect = MQTTBytes.connect(4, token: try await self.bridge.api.grant([.unique()]).token)
            #expect(connect.count > 256)
            try await Bystander.watch(self.bridge) { _ in
                try await RawConnection.open("a small client", port: self.port) { connection in
                    await connection.send(Array(connect.prefix(256)))
                }
                try await self.bridge.program.line(containing: "a connection ended before its CONNECT was whole")
            }
        }

        /// What it could be answered would not fit.
        @Test func aClientThatCannotTakeItsConnackIsLogged() async throws {
            let token = try await self.bridge.api.grant().token
            try await Bystander.watch(self.bridge) { _ in
                try await RawConnection.open("a client with a maximum of 5 bytes", port: self.port) { connection in
                    await connection.send(MQTTBytes.connect(5, token: token, properties: [0x27, 0, 0, 0, 5]))
                    #expect(await connection.rest() == [])
                }
                try await self.bridge.program.line(containing: "a client's Maximum Packet Size is below the CONNACK")
            }
        }
    }
}
