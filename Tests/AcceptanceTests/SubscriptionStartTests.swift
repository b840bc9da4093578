import Testing

extension Acceptance {
    /// Where subscriptions begin, and what their clients are told of it.
    @Suite(.bridge) struct SubscriptionStartTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        @Test(arguments: [MQTTProgram.pahoTCP5, .pahoWebSocket5, .mqttJSWebSocket5])
        func sinceBeginsAfterAPosition(_ client: MQTTProgram) async throws {
            let channel = Channel.unique()
            let positions = try await self.bridge.api.notify(channel, all: [1, 2, 3, 4])
            let grant = try await self.bridge.api.grant([channel])
            try await client.connect(to: self.bridge, as: grant) { peer in
                let answer = try await peer.subscribe(grant.topics, since: [positions[1].description])
                #expect(answer.codes == [0])
                #expect(answer.positions == [positions[3].description])
                #expect(answer.recovered == ["complete"])
                try await self.bridge.api.notify(channel, 5)
                try await Self.expect([3, 4, 5], from: 3, on: grant.topics[0], peer)
            }
        }

        /// Each filter has its own beginning, and its own words.
        @Test func sinceNamesItsChannelWhereThereAreSeveral() async throws {
            let channels = [Channel.unique(), .unique(), .unique(onBoard: "short")]
            var positions: [EventPosition] = []
            for channel in channels {
                positions = try await self.bridge.api.notify(channel, all: (1...12).map { .int($0) })
            }
            let grant = try await self.bridge.api.grant(channels)
            try await MQTTProgram.pahoTCP5.connect(to: self.bridge, as: grant) { peer in
                let since = [(0, Int64(10)), (2, 1)].map { "\(grant.hashes[$0]) \(positions[0].at($1))" }
                let answer = try await peer.subscribe(grant.topics + ["rt/demo/re/42/-/#"], since: since)
                #expect(answer.codes == [0, 0, 0, 0])
                #expect(answer.positions == grant.hashes.map { "\($0) \(positions[11])" })
                #expect(
                    answer.recovered == zip(grant.hashes, ["complete", "complete", "gap"]).map { "\($0) \($1)" }
                )
                try await Self.expect([11, 12], from: 11, on: grant.topics[0], peer)
                try await Self.expect([8, 9, 10, 11, 12], from: 8, on: grant.topics[2], peer)
                // This one began where its grant was made.
                try await self.bridge.api.notify(channels[1], 13)
                try await Self.expect([13], from: 13, on: grant.topics[1], peer)
            }
        }

        /// Nothing between the making of a grant and the subscription is lost, whatever the client knows of positions.
        @Test(arguments: [MQTTProgram.pahoTCP3, .pahoWebSocket3, .pahoTCP5, .mqttJSWebSocket3])
        func aGrantHoldsAPosition(_ client: MQTTProgram) async throws {
            let channel = Channel.unique()
            try await self.bridge.api.notify(channel, all: [1, 2])
            let grant = try await self.bridge.api.grant([channel])
            let positions = try await self.bridge.api.notify(channel, all: [3, 4])
            #expect(grant.positions == [positions[0].at(2)])
            try await client.connect(to: self.bridge, as: grant) { peer in
                #expect(try await peer.subscribe(grant.topics[0]) == [0])
                try await self.bridge.api.notify(channel, 5)
                try await Self.expect([3, 4, 5], from: 3, on: grant.topics[0], peer)
            }
        }

        @Test func withoutAnyPositionASubscriptionBeginsNow() async throws {
            let channel = Channel.unique()
            let positions = try await self.bridge.api.notify(channel, all: [1, 2])
            let grant = try await self.bridge.api.grant([channel], replay: false)
            #expect(grant.positions == [])
            try await MQTTProgram.pahoTCP5.connect(to: self.bridge, as: grant) { peer in
                let answer = try await peer.subscribe(grant.topics, since: [])
                #expect(answer.positions == [positions[1].description])
                #expect(answer.recovered == ["none"])
                try await self.bridge.api.notify(channel, 3)
                try await Self.expect([3], from: 3, on: grant.topics[0], peer)
            }
        }

        /// Taken by retention, of an epoch that is not the log's, or beyond the head.
        @Test(arguments: ["EPOCH:6", "zzzz:11", "EPOCH:99"])
        func whatIsGoneIsToldInTheSuback(since: String) async throws {
            let channel = Channel.unique(onBoard: "short")
            let positions = try await self.bridge.api.notify(channel, all: (1...12).map { .int($0) })
            let grant = try await self.bridge.api.grant([channel])
            try await MQTTProgram.pahoTCP5.connect(to: self.bridge, as: grant) { peer in
                let since = since.replacing("EPOCH", with: positions[0].epoch)
                let answer = try await peer.subscribe(grant.topics, since: [since])
                #expect(answer.positions == [positions[11].description])
                #expect(answer.recovered == ["gap"])
                try await Self.expect([8, 9, 10, 11, 12], from: 8, on: grant.topics[0], peer)
            }
        }

        /// The last position before which nothing is gone.
        @Test func whatIsStillThereIsComplete() async throws {
            let channel = Channel.unique(onBoard: "short")
            let positions = try await self.bridge.api.notify(channel, all: (1...12).map { .int($0) })
            let grant = try await self.bridge.api.grant([channel])
            try await MQTTProgram.pahoTCP5.connect(to: self.bridge, as: grant) { peer in
                let answer = try await peer.subscribe(grant.topics, since: [positions[0].at(7)])
                #expect(answer.recovered == ["complete"])
                try await Self.expect([8, 9, 10, 11, 12], from: 8, on: grant.topics[0], peer)
            }
        }

        /// A SUBACK of MQTT 3.1.1 has no room for it.
        @Test(arguments: [MQTTProgram.pahoTCP3, .mqttJSWebSocket3])
        func whatIsGoneIsToldOnTheTopicToClientsOf3(_ client: MQTTProgram) async throws {
            let channel = Channel.unique(onBoard: "short")
            let grant = try await self.bridge.api.grant([channel])
            let positions = try await self.bridge.api.notify(channel, all: (1...12).map { .int($0) })
            try await client.connect(to: self.bridge, as: grant) { peer in
                #expect(try await peer.subscribe(grant.topics[0]) == [0])
                let gap = try await peer.message(on: grant.topics[0])
                #expect(gap["gap"] == true)
                #expect(EventPosition(of: gap) == positions[6])
                #expect(gap["time"]?.int != nil)
                #expect(gap["payload"] == nil)
                try await Self.expect([8, 9, 10, 11, 12], from: 8, on: grant.topics[0], peer)
            }
        }

        @Test func malformedPositionsAreRefused() async throws {
            let grant = try await self.bridge.api.grant([.unique(), .unique()])
            try await MQTTProgram.pahoTCP5.connect(to: self.bridge, as: grant) { peer in
                for since in ["", "7", "k3f9:", "k3f9:-1", "k3f9:x", "\(grant.hashes[0]) k3f9"] {
                    let answer = try await peer.subscribe([grant.topics[0]], since: [since])
                    #expect(answer.codes == [0x83], "\(since)")
                }
                // It has to say which of the two.
                let answer = try await peer.subscribe(grant.topics, since: ["k3f9:1"])
                #expect(answer.codes == [0x83, 0x83])
            }
        }

        @Test func theLatestEventComesFirstWhereItIsRetained() async throws {
            let channel = Channel.unique(onBoard: "latest")
            let positions = try await self.bridge.api.notify(channel, all: [1, 2])
            let grant = try await self.bridge.api.grant([channel], replay: false)
            for client in [MQTTProgram.pahoTCP5, .pahoTCP3] {
                try await client.connect(to: self.bridge, as: grant) { peer in
                    let answer = try await peer.subscribe(grant.topics, since: [])
                    #expect(answer.recovered == (client.isV5 ? ["none"] : []))
                    try await Self.expect([2], from: 2, on: grant.topics[0], peer)
                }
            }
            // A grant's position is no `since`.
            let usual = try await self.bridge.api.grant([channel])
            try await MQTTProgram.pahoTCP5.connect(to: self.bridge, as: usual) { peer in
                #expect(try await peer.subscribe(usual.topics[0]) == [0])
                try await self.bridge.api.notify(channel, 3)
                let first = try await peer.message(on: usual.topics[0])
                #expect(first["payload"] == 2)
            }
            // Who asks for what follows it does not get it again.
            try await MQTTProgram.pahoTCP5.connect(to: self.bridge, as: grant) { peer in
                let answer = try await peer.subscribe(grant.topics, since: [positions[1].description])
                #expect(answer.recovered == ["complete"])
                try await Self.expect([3], from: 3, on: grant.topics[0], peer)
            }
        }

        /// Where the area says so, nothing from before a grant is shown to its holder, whatever it asks for.
        @Test(arguments: [true, false])
        func historyEndsWhereTheGrantBegins(hasPosition: Bool) async throws {
            let channel = Channel.unique(onBoard: "granted")
            let positions = try await self.bridge.api.notify(channel, all: [1, 2, 3])
            let grant = try await self.bridge.api.grant([channel], replay: hasPosition)
            try await self.bridge.api.notify(channel, 4)
            try await MQTTProgram.pahoTCP5.connect(to: self.bridge, as: grant) { peer in
                let history = try await peer.history(of: [(grant.hashes[0], positions[0].at(0))])
                let events = history[0]["events"]?.array?.compactMap { $0["payload"] }
                // Without a position in the grant it begins now.
                #expect(events == (hasPosition ? [4] : []))

                let answer = try await peer.subscribe(grant.topics, since: [positions[0].at(0)])
                #expect(answer.recovered == ["gap"])
                try await self.bridge.api.notify(channel, 5)
                let first: Int64 = hasPosition ? 4 : 5
                try await Self.expect((first...5).map { .int($0) }, from: first, on: grant.topics[0], peer)
            }
        }

        @Test func historyIsAnsweredChannelByChannel() async throws {
            let channels = [Channel.unique(), .unique(onBoard: "short"), .unique()]
            var positions: [EventPosition] = []
            for channel in channels {
                positions = try await self.bridge.api.notify(channel, all: (1...12).map { .int($0) })
            }
            let stranger = try await self.bridge.api.grant([channels[2]]).hashes[0]
            let grant = try await self.bridge.api.grant(Array(channels.prefix(2)))
            try await MQTTProgram.pahoTCP3.connect(to: self.bridge, as: grant) { peer in
                let asked = [
                    (grant.hashes[0], positions[9].description), (grant.hashes[1], positions[0].description),
                    (stranger, positions[0].description), (grant.hashes[0], positions[11].description),
                ]
                let answers = try await peer.history(of: asked)
                #expect(answers.map { $0["hash"]?.string } == asked.map(\.0))
                #expect(
                    answers.map { $0["events"]?.array?.map { $0["payload"] } } == [
                        [11, 12], [8, 9, 10, 11, 12], nil, [],
                    ]
                )
                #expect(answers.map { $0["recovered"]?.string } == ["complete", "gap", nil, "complete"])
                #expect(answers[2]["error"]?["code"] == "forbidden")
                for index in [0, 1, 3] {
                    #expect(answers[index]["position"]?.string == positions[11].description)
                    #expect(answers[index]["more"] == false)
                }
            }
        }

        /// Waits for events in their order, which begin with a number.
        private static func expect(
            _ payloads: [JSON],
            from first: Int64,
            on topic: String,
            _ peer: MQTTPeer,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            for (index, payload) in payloads.enumerated() {
                let event = try await peer.message(on: topic)
                #expect(event["seq"]?.int == first + Int64(index), "\(event.text)", sourceLocation: sourceLocation)
                #expect(event["payload"] == payload, "\(event.text)", sourceLocation: sourceLocation)
            }
        }
    }
}
