import Foundation
import Testing

extension Acceptance {
    /// What a bridge has acknowledged is there after its end, however sudden.
    @Suite struct RestartTests {
        @Test(arguments: [SIGTERM, SIGKILL])
        func eventsPositionsAndKeysSurvive(signal: Int32) async throws {
            let channel = Channel.unique()
            let payloads = (1...5).map { JSON.int($0) }
            try await BridgeFolder.with { folder in
                var before: (grant: Grant, positions: [EventPosition])?
                try await folder.serve { bridge in
                    let grant = try await bridge.api.grant([channel])
                    before = (grant, try await bridge.api.notify(channel, all: payloads, keys: "order"))
                    #expect(kill(bridge.program.processID, signal) == 0)
                    try await bridge.program.ended()
                }
                let (grant, positions) = try #require(before)
                try await folder.serve { bridge in
                    // The same events, not new ones.
                    #expect(try await bridge.api.notify(channel, all: payloads, keys: "order") == positions)
                    let other: JSON = ["channel": channel.json, "payload": 7, "key": "order-0"]
                    #expect(try await bridge.api.post("/v1/notify", other).code == "key_reused")
                    #expect(try await bridge.api.notify(channel, 6) == positions[0].at(6))
                    #expect(try await bridge.api.grant([channel]).positions == [positions[0].at(6)])

                    // A grant of before, and clients that know positions and that do not.
                    for client in [MQTTProgram.pahoTCP3, .pahoTCP5] {
                        try await client.connect(to: bridge, as: grant) { peer in
                            let answer = try await peer.subscribe(grant.topics, since: [])
                            #expect(answer.recovered == (client.isV5 ? ["complete"] : []))
                            for number in 1...6 {
                                let event = try await peer.message(on: grant.topics[0])
                                #expect(event["payload"] == .int(Int64(number)))
                                #expect(EventPosition(of: event)?.description == positions[0].at(Int64(number)))
                            }
                        }
                    }
                }
            }
        }

        /// Several publishers at once are cut off: each event that one of them knows of is there, at its position.
        @Test func whatWasAcknowledgedSurvivesAKillInTheMiddleOfABurst() async throws {
            let channel = Channel.unique(onBoard: "long")
            let acknowledged = Acknowledged()
            try await BridgeFolder.with { folder in
                try await folder.serve { bridge in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for publisher in 0..<3 {
                            group.addTask {
                                for call in 0..<1000 {
                                    let payloads = (0..<20).map { JSON.string("\(publisher)-\(call)-\($0)") }
                                    // The call that fails ends the burst: the bridge is gone.
                                    guard let positions = try? await bridge.api.notify(channel, all: payloads) else {
                                        return
                                    }
                                    await acknowledged.add(positions, payloads)
                                }
                                throw BridgeError(description: "the burst was over before the kill")
                            }
                        }
                        try await Deadline.poll("the burst's middle") { await acknowledged.events.count >= 500 }
                        #expect(kill(bridge.program.processID, SIGKILL) == 0)
                        try await group.waitForAll()
                    }
                }
                let known = await acknowledged.events
                let epoch = try #require(known.keys.first?.epoch)
                try await folder.serve { bridge in
                    let events = try await Self.events(of: channel, epoch: epoch, on: bridge)
                    #expect(events.map { $0["seq"]?.int } == (0..<events.count).map { Int64($0 + 1) })
                    #expect(events.allSatisfy { $0["epoch"]?.string == epoch })
                    #expect(Set(events.map { $0["payload"] }).count == events.count)
                    for (position, payload) in known {
                        #expect(position.epoch == epoch)
                        let index = Int(position.sequence) - 1
                        try #require(events.indices.contains(index), "\(position) of \(events.count)")
                        #expect(events[index]["payload"] == payload)
                    }
                }
            }
        }

        /// What publishers know of, by its position.
        private actor Acknowledged {
            private(set) var events: [EventPosition: JSON] = [:]

            func add(_ positions: [EventPosition], _ payloads: [JSON]) {
                self.events.merge(zip(positions, payloads)) { first, _ in first }
            }
        }

        /// All that is retained of a channel.
        private static func events(of channel: Channel, epoch: String, on bridge: RunningBridge) async throws -> [JSON]
        {
            var events: [JSON] = []
            let grant = try await bridge.api.grant([channel])
            try await MQTTProgram.pahoTCP5.connect(to: bridge, as: grant) { peer in
                for _ in 0..<100 {
                    let position = events.last.flatMap { EventPosition(of: $0) }?.description ?? "\(epoch):0"
                    let page = try await peer.history(of: [(grant.hashes[0], position)])[0]
                    #expect(page["recovered"] == "complete")
                    events += page["events"]?.array ?? []
                    if page["more"] == false { return }
                }
                Issue.record("history never ends")
            }
            return events
        }
    }
}
