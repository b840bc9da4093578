import Testing

extension Acceptance {
    /// Whoever has not shown a grant costs next to nothing, whatever it claims.
    @Suite(.bridge) struct StrangerTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        private var port: Int { self.bridge.folder.ports.mqtt }

        /// 100 claims, 20 GB in sum.
        @Test func whatIsClaimedIsNotReserved() async throws {
            let before = try Memory(of: self.bridge.program.processID)
            let claim = [0x10] + MQTTBytes.length(200_000_000) + MQTTBytes.connect(5, token: "").dropFirst(2)
            try await Bystander.watch(self.bridge) { _ in
                for _ in 0..<100 {
                    try await RawConnection.open("a claim of 200 MB", port: self.port) { connection in
                        await connection.send(claim + Array(repeating: 97, count: 100_000))
                        _ = await connection.rest()
                    }
                }
            }
            let after = try Memory(of: self.bridge.program.processID)
            #expect(after.peak - before.peak < 10_000_000)
            #expect(after.reservedPeak - before.reservedPeak < 1_000_000_000)
        }

        /// 800 connections may claim 16 KiB each, 13 MB in sum; they get what they send.
        @Test func memoryIsTakenAsBytesArrive() async throws {
            let before = try Memory(of: self.bridge.program.processID)
            let claim: [UInt8] = [0x10] + MQTTBytes.length(16_000) + MQTTBytes.text("MQTT") + [5]
            try await Bystander.watch(self.bridge) { _ in
                var strangers = SilentConnections()
                try await strangers.open(800, port: self.port, sending: claim)
                let after = try Memory(of: self.bridge.program.processID)
                #expect(after.peak - before.peak < 8_000_000)
                await strangers.close()
            }
        }
    }
}
