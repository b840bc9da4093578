import Foundation
import Testing

extension Acceptance {
    /// Events without MQTT, with curl: long polling and server-sent events.
    @Suite(.bridge) struct TransportTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        private static func channels(_ grant: Grant, since: String? = nil) -> JSON {
            .array(
                grant.hashes.map { hash in
                    since.map { ["hash": .string(hash), "since": .string($0)] } ?? ["hash": .string(hash)]
                }
            )
        }

        @Test func aPollWaitsAndIsWoken() async throws {
            let channel = Channel.unique()
            let grant = try await self.bridge.api.grant([channel])
            let client = self.bridge.api(key: grant.token)
            let request: JSON = ["channels": Self.channels(grant), "wait": 14]
            async let polling = client.post("/v1/poll", request)
            try await Deadline.poll("the poll waits") { try await self.bridge.metric("realtime_pulls") == 1 }
            let position = try await self.bridge.api.notify(channel, ["a": 1])
            let answer = try await polling
            #expect(answer.status == 200)
            let polled = try #require(answer.body["channels"]?.array?.first)
            #expect(polled["position"]?.string == position)
            #expect(polled["events"]?.array?.map { $0["payload"] } == [["a": 1]])
            #expect(try await self.bridge.metric("realtime_pulls") == 0)
        }

        /// What a client missed, it is told the same over MQTT and HTTP.
        @Test func aPollIsAnsweredLikeHistory() async throws {
            let channel = Channel.unique()
            let grant = try await self.bridge.api.grant([channel])
            let other = try await self.bridge.api.grant(user: "43", [Channel.unique()])
            let since = grant.positions[0]
            try await self.bridge.api.notify(channel, all: [1, "two", ["three": 3]])
            let request: JSON = [
                "channels": [
                    ["hash": .string(grant.hashes[0]), "since": .string(since)],
                    ["hash": .string(grant.hashes[0]), "since": "unknown:1"],
                    ["hash": .string(other.hashes[0]), "since": .string(since)],
                ]
            ]
            let polled = try await self.bridge.api(key: grant.token).post("/v1/poll", request).body
            try await MQTTProgram.pahoTCP5.connect(to: self.bridge, as: grant) { peer in
                _ = try await peer.subscribe("rt/demo/re/42/-/#")
                try await peer.publish("rt/demo/up/42/realtime_history/r1", request.text)
                #expect(try await peer.message(on: "rt/demo/re/42/-/r1")["payload"] == polled)
            }
        }

        @Test func aStreamGoesOnAfterAKill() async throws {
            let channel = Channel.unique()
            try await BridgeFolder.with { folder in
                var before: (grant: Grant, id: String)?
                try await folder.serve { bridge in
                    let grant = try await bridge.api.grant([channel])
                    try await bridge.api.notify(channel, 1)
                    try await Self.stream(bridge, grant) { stream in
                        _ = try await Self.next(stream)
                        var (id, payload) = try await Self.next(stream)
                        #expect(payload == 1)
                        try await bridge.api.notify(channel, 2)
                        (id, payload) = try await Self.next(stream)
                        #expect(payload == 2)
                        before = (grant, id)
                        // Nobody has taken these when the bridge is gone.
                    }
                    try await bridge.api.notify(channel, all: [3, 4])
                    #expect(kill(bridge.program.processID, SIGKILL) == 0)
                    try await bridge.program.ended()
                }
                let (grant, id) = try #require(before)
                try await folder.serve { bridge in
                    try await bridge.api.notify(channel, 5)
                    try await Self.stream(bridge, grant, lastEventID: id) { stream in
                        let (_, opening) = try await Self.next(stream)
                        #expect(opening == nil)
                        for number in 3...5 {
                            #expect(try await Self.next(stream).payload == .int(Int64(number)))
                        }
                        try await bridge.api.notify(channel, 6)
                        #expect(try await Self.next(stream).payload == 6)
                    }
                }
            }
        }

        /// Whoever waits does not keep the bridge from ending, and a poll is answered.
        @Test func whoeverWaitsDoesNotHoldTheBridge() async throws {
            let channel = Channel.unique()
            try await BridgeFolder.with { folder in
                try await folder.serve { bridge in
                    let grant = try await bridge.api.grant([channel])
                    let client = bridge.api(key: grant.token)
                    try await Self.stream(bridge, grant) { stream in
                        _ = try await Self.next(stream)
                        async let polling = client.post(
                            "/v1/poll", ["channels": Self.channels(grant), "wait": 55])
                        try await Deadline.poll("both wait") { try await bridge.metric("realtime_pulls") == 2 }
                        #expect(kill(bridge.program.processID, SIGTERM) == 0)
                        #expect(try await polling.status == 200)
                        try await stream.ended()
                        try await bridge.program.ended()
                    }
                }
            }
        }

        @Test func pagesOfOtherOriginsAreToldWhatToChange() async throws {
            let grant = try await self.bridge.api.grant([Channel.unique()])
            let outcome = try await Program(
                executable: "/usr/bin/curl",
                arguments: [
                    "--silent", "--max-time", "15", "--header", "Authorization: Bearer \(grant.token)",
                    "--header", "Origin: https://other.example", "--data", "{}", self.bridge.url + "/v1/poll",
                ]
            ).finish()
            #expect(try JSON(parsing: outcome.output)["detail"]?.string?.contains("origins") == true)
            try await self.bridge.program.line(containing: "https://other.example")
        }

        private static func stream(
            _ bridge: RunningBridge,
            _ grant: Grant,
            lastEventID: String? = nil,
            _ body: (RunningProgram) async throws -> Void
        ) async throws {
            let query = grant.hashes.map { "channel=\($0)" }.joined(separator: "&")
            var arguments = ["--silent", "--no-buffer", "--header", "Authorization: Bearer \(grant.token)"]
            if let lastEventID { arguments += ["--header", "Last-Event-ID: \(lastEventID)"] }
            try await Program(
                executable: "/usr/bin/curl", arguments: arguments + ["\(bridge.url)/v1/stream?\(query)"]
            ).run(body)
        }

        /// The next message's id and payload.
        private static func next(_ stream: RunningProgram) async throws -> (id: String, payload: JSON?) {
            let id = try await stream.first("an id") { line in
                line.hasPrefix("id: ") ? String(line.dropFirst(4)) : nil
            }
            let data = try await stream.first("data") { line in
                line.hasPrefix("data: ") ? String(line.dropFirst(6)) : nil
            }
            return (id, try JSON(parsing: data)["payload"])
        }
    }
}
