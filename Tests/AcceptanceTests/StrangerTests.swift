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

        /// The oldest that have not shown a grant make room; whoever has one is not among them.
        @Test func strangersMakeRoomForEachOther() async throws {
            try await BridgeFolder.with { folder in
                // Room for 256 connections beside the bridge's own files.
                try await folder.serve(limits: "ulimit -n 512") { bridge in
                    let port = folder.ports.mqtt
                    let token = try await bridge.api.grant().token
                    try await Bystander.watch(bridge) { _ in
                        var strangers = SilentConnections()
                        try await strangers.open(400, port: port)
                        let all = strangers
                        try await Deadline.poll("the oldest is closed") { !all.isOpen(0) }
                        #expect(all.isOpen(all.count - 1))
                        try await RawConnection.open("a newcomer", port: port) { connection in
                            let client = RawClient(connection, version: 5)
                            try await client.connect(token)
                            #expect(await client.untilPong() == [.pingresp])
                        }
                        await all.close()
                    }
                }
            }
        }

        /// With a grant, but asking for what it does not give again and again.
        @Test(arguments: [UInt8(4), 5])
        func aThousandRefusedFiltersEndTheConnection(_ version: UInt8) async throws {
            let token = try await self.bridge.api.grant().token
            try await Bystander.watch(self.bridge) { hash in
                try await RawConnection.open("a thousand filters", port: self.port) { connection in
                    let client = RawClient(connection, version: version)
                    try await client.connect(token)
                    let filter = Array("rt/demo/ch/\(hash)".utf8)
                    for _ in 0..<10 {
                        await connection.send(MQTTBytes.subscribe(Array(repeating: filter, count: 100), version))
                    }
                    let answers = await client.rest()
                    #expect(!answers.contains { if case .message = $0 { true } else { false } })
                    if version == 5 { #expect(answers.last == .disconnect(0x97)) }
                }
            }
        }
    }
}
