import Foundation
import Testing

extension Acceptance {
    /// Clients that come late, or read slowly, are served from the log.
    @Suite(.bridge) struct CatchUpTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        /// Many more than one read of the log brings, and more that are published while it catches up.
        @Test func tenThousandEventsComeInOrder() async throws {
            let channel = Channel.unique(onBoard: "long")
            let grant = try await self.bridge.api.grant([channel])
            let epoch = try EventPosition(grant.positions[0]).epoch
            var count = 10_000
            try await self.publish(1...count, on: channel)
            for client in [MQTTProgram.pahoTCP3, .pahoTCP5, .pahoWebSocket3, .pahoWebSocket5] {
                try await client.connect(to: self.bridge, as: grant) { peer in
                    let numbers = count + 1...count + 1000
                    count = numbers.upperBound
                    try await peer.collect(count)
                    async let live: Void = self.publish(numbers, on: channel)
                    #expect(try await peer.subscribe(grant.topics[0]) == [0])
                    let runs = try await peer.collected()
                    try await live
                    #expect(runs == [EventRun(epoch: epoch, 1, through: Int64(count))], "\(client)")
                    // Whatever was doubled would come before it.
                    count += 1
                    try await self.bridge.api.notify(channel, .int(Int64(count)))
                    let last = try await peer.message(on: grant.topics[0])
                    #expect(last["seq"]?.int == Int64(count))
                }
            }
        }

        /// While it reads nothing, tens of megabytes are published: what waits for it stays bounded, others are served,
        /// and it gets everything once it reads on.
        @Test func aClientThatStopsReadingCostsLittleAndLosesNothing() async throws {
            // The same load with nobody who is slow, and with somebody who comes late: what the log itself takes.
            for _ in 0..<2 {
                try await self.load(Channel.unique(onBoard: "long")) { grant, expected in
                    try await MQTTProgram.pahoTCP3.connect(to: self.bridge, as: grant) { late in
                        try await late.collect(Self.loadCount)
                        #expect(try await late.subscribe(grant.topics[0]) == [0])
                        #expect(try await late.collected() == expected)
                    }
                }
            }
            let before = try self.peak
            let fallen = try await self.bridge.metric("realtime_subscriptions_behind_total")

            try await ClientScript.python("slow_reader.py").run { slow in
                try await self.load(Channel.unique(onBoard: "long")) { grant in
                    try await self.subscribe(slow, as: grant)
                } then: { _, expected in
                    #expect(try self.peak - before < Self.someMegabytes)
                    #expect(try await self.bridge.metric("realtime_subscriptions_behind_total") > fallen)
                    try await slow.write(#"{"do":"collect","count":\#(Self.loadCount)}"#)
                    #expect(try await EventRun.collected(by: slow) == expected)
                    #expect(try self.peak - before < Self.someMegabytes)
                    #expect(try await self.bridge.metric("realtime_slow_consumers_total") == 0)
                }
            }
        }

        /// It is told what retention has taken meanwhile, and gets the rest.
        @Test func aClientThatStopsReadingForTooLongIsToldWhatItMisses() async throws {
            let channel = Channel.unique(onBoard: "short")
            let grant = try await self.bridge.api.grant([channel])
            try await ClientScript.python("slow_reader.py").run { slow in
                try await self.subscribe(slow, as: grant)
                // More than the system's buffers and `outbound_bytes` hold together.
                for _ in 0..<10 {
                    try await self.bridge.api.notify(channel, all: Array(repeating: Self.loadPayload, count: 100))
                }
                try await self.bridge.api.notify(channel, "end")
                try await slow.write(#"{"do":"collect","count":1001}"#)
                let runs = try await EventRun.collected(by: slow)
                #expect(runs.count >= 3)
                #expect(runs.contains { $0.last == nil })
                #expect(runs.last?.last == 1001)
                var next: Int64 = 1
                for run in runs {
                    if let last = run.last {
                        #expect(run.first == next, "\(runs)")
                        next = last + 1
                    } else {
                        #expect(run.first >= next, "\(runs)")
                        next = run.first + 1
                    }
                }
            }
        }

        /// Connects a client that reads nothing from then on.
        private func subscribe(_ slow: RunningProgram, as grant: Grant) async throws {
            let command: JSON = [
                "do": "subscribe", "port": .int(Int64(self.bridge.folder.ports.mqtt)), "user": .string(grant.user),
                "password": .string(grant.token), "topic": .string(grant.topics[0]),
            ]
            try await slow.write(command.text)
            try await slow.line(containing: "subscribed")
        }

        /// 24 MB.
        private static let loadCount = 1500
        private static let loadPayload = JSON.string(String(repeating: "x", count: 16_000))
        /// Far less than the load; `outbound_bytes` is 1 MiB.
        private static let someMegabytes = 8 << 20

        /// The most memory that the bridge has had so far, in bytes.
        private var peak: Int {
            get throws { try Memory(of: self.bridge.program.processID).peak }
        }

        /// Publishes the load, with a client that reads it all, and then runs the body, which gets what was collected.
        private func load(
            _ channel: Channel,
            before: (Grant) async throws -> Void = { _ in },
            then body: (Grant, [EventRun]) async throws -> Void
        ) async throws {
            let grant = try await self.bridge.api.grant([channel])
            let epoch = try EventPosition(grant.positions[0]).epoch
            let expected = [EventRun(epoch: epoch, 1, through: Int64(Self.loadCount))]
            try await before(grant)
            try await MQTTProgram.pahoTCP5.connect(to: self.bridge, as: grant) { peer in
                try await peer.collect(Self.loadCount)
                #expect(try await peer.subscribe(grant.topics[0]) == [0])
                for _ in 0..<(Self.loadCount / 100) {
                    try await self.bridge.api.notify(channel, all: Array(repeating: Self.loadPayload, count: 100))
                }
                #expect(try await peer.collected() == expected)
            }
            try await body(grant, expected)
        }

        /// Publishes numbers, a thousand a call.
        private func publish(_ numbers: ClosedRange<Int>, on channel: Channel) async throws {
            for first in stride(from: numbers.lowerBound, through: numbers.upperBound, by: 1000) {
                let last = min(first + 999, numbers.upperBound)
                try await self.bridge.api.notify(channel, all: (first...last).map { .int(Int64($0)) })
            }
        }
    }
}
