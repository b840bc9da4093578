import Testing

extension Acceptance {
    /// Whoever breaks WebSocket, or MQTT in it, is closed with a code that says why; nobody else notices.
    @Suite(.bridge) struct BadFrameTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        private var port: Int { self.bridge.folder.ports.http }

        @Test(arguments: BadFrame.frames + BadFrame.packets + [BadFrame.controls])
        func connectedClients(_ bad: BadFrame) async throws {
            let token = try await self.bridge.api.grant().token
            try await Bystander.watch(self.bridge) { _ in
                try await RawConnection.open(bad.name, port: self.port) { connection in
                    let client = RawWebSocket(connection, version: 5)
                    try await client.connect(token)
                    await connection.send(bad.bytes)
                    #expect(await client.rest() == bad.answers)
                }
            }
        }

        /// 3.1.1 has no DISCONNECT of a server; over WebSocket the close tells the reason.
        @Test func version311IsToldByTheClose() async throws {
            let token = try await self.bridge.api.grant().token
            try await Bystander.watch(self.bridge) { _ in
                try await RawConnection.open("a second CONNECT", port: self.port) { connection in
                    let client = RawWebSocket(connection, version: 4)
                    try await client.connect(token)
                    await connection.send(WebSocketBytes.frame(MQTTBytes.connect(4, token: token)))
                    #expect(await client.rest() == [.close(4000 + 0x82)])
                }
            }
        }

        @Test(arguments: [
            ("no packet", Array("GET / HTTP/1.1".utf8), 0x81), ("PINGREQ", MQTTBytes.ping, 0x82),
        ])
        func strangers(_ name: String, _ bytes: [UInt8], _ reason: UInt16) async throws {
            try await Bystander.watch(self.bridge) { _ in
                try await RawConnection.open(name, port: self.port) { connection in
                    let client = RawWebSocket(connection, version: 5)
                    try await client.open()
                    await connection.send(WebSocketBytes.frame(bytes))
                    #expect(await client.rest() == [.close(4000 + reason)])
                }
            }
        }

        @Test(arguments: [(UInt8(4), UInt8(3)), (5, 0x95)])
        func aConnectBeyond16KiB(_ version: UInt8, _ code: UInt8) async throws {
            try await Bystander.watch(self.bridge) { _ in
                try await RawConnection.open("a long CONNECT", port: self.port) { connection in
                    let client = RawWebSocket(connection, version: version)
                    try await client.open()
                    let connect = MQTTBytes.connect(version, token: String(repeating: "a", count: 17_000))
                    await connection.send(WebSocketBytes.frame(connect))
                    #expect(await client.rest() == [.packet(.connack(code)), .close(4000 + 0x95)])
                }
            }
        }
    }
}
