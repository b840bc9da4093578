import Testing

extension Acceptance {
    /// The forms of `POST /v1/notify`, its refusals and its limits, with curl.
    @Suite(.bridge) struct NotifyTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        @Test func oneEvent() async throws {
            let channel = Channel.unique()
            let hash = try await self.bridge.api.grant([channel]).hashes[0]
            let first = try await self.notify(["channel": channel.json, "payload": nil])
            #expect(first.status == 200)
            #expect(first.type == "application/json")
            #expect(first.body["hash"]?.string == hash)
            let epoch = try #require(first.body["position"]?.string?.split(separator: ":").first)
            let second = try await self.notify(["channel": channel.json, "payload": [1, 2]])
            #expect(second.body["position"] == "\(epoch):2")
        }

        @Test func onePayloadToManyChannels() async throws {
            let channels = [Channel.unique(), Channel.unique()]
            let answer = try await self.notify(["channels": .array(channels.map(\.json)), "payload": 1, "key": "a"])
            #expect(answer.status == 200)
            let hashes = try await self.bridge.api.grant(channels).hashes
            #expect(answer.body["results"]?.array?.compactMap { $0["hash"]?.string } == hashes)
        }

        @Test func itemsWithBadOnesAmongThem() async throws {
            let channel = Channel.unique()
            let answer = try await self.notify([
                "items": [
                    ["channel": channel.json, "payload": 1],
                    ["channel": Channel(component: "mod_forum").json, "payload": 2],
                    ["channel": Channel(area: "no area").json, "payload": 3],
                    ["channel": channel.json],
                    ["channel": channel.json, "payload": 5, "colour": "red"],
                    ["channel": channel.json, "payload": .string(Self.text(bytes: 64 * 1024 + 1))],
                    7,
                    ["channel": channel.json, "payload": 8],
                ]
            ])
            #expect(answer.status == 200)
            let results = try #require(answer.body["results"]?.array)
            #expect(
                results.map { $0["error"]?["code"]?.string } == [
                    nil, "component_disabled", "channel_invalid", "payload_invalid", "payload_invalid",
                    "payload_too_large", "payload_invalid", nil,
                ]
            )
            #expect(results.first?["position"]?.string?.hasSuffix(":1") == true)
            #expect(results.last?["position"]?.string?.hasSuffix(":2") == true)
        }

        @Test func theSameKeyIsTheSameEvent() async throws {
            let channel = Channel.unique()
            let body: JSON = ["channel": channel.json, "payload": ["a": 1], "key": "order-1"]
            let first = try await self.notify(body)
            let again = try await self.notify(body)
            #expect(again.status == 200)
            #expect(again.body == first.body)

            let other = try await self.notify(["channel": channel.json, "payload": ["a": 2], "key": "order-1"])
            Self.expectProblem(other, 409, "key_reused")
            // Keys belong to their publisher: for another API key it is new.
            let elsewhere = try await self.bridge.api(key: BridgeFolder.quizKey).post("/v1/notify", body)
            #expect(elsewhere.body["position"]?.string?.hasSuffix(":2") == true)
        }

        @Test func limits() async throws {
            let channel = Channel.unique()
            let item: JSON = ["channel": channel.json, "payload": 1]
            let most = try await self.notify(["items": .array(Array(repeating: item, count: 1000))])
            #expect(most.status == 200)
            #expect(most.body["results"]?.array?.last?["position"]?.string?.hasSuffix(":1000") == true)
            let tooMany = try await self.notify(["items": .array(Array(repeating: item, count: 1001))])
            Self.expectProblem(tooMany, 429, "limit")

            let largest = try await self.notify(
                ["channel": channel.json, "payload": .string(Self.text(bytes: 64 * 1024))]
            )
            #expect(largest.status == 200)
            let tooLarge = try await self.notify(
                ["channel": channel.json, "payload": .string(Self.text(bytes: 64 * 1024 + 1))]
            )
            Self.expectProblem(tooLarge, 413, "payload_too_large")

            let padding = String(repeating: " ", count: (8 << 20) + 1 - item.text.utf8.count)
            let tooLong = try await self.bridge.api.call("POST", "/v1/notify", body: item.text + padding)
            Self.expectProblem(tooLong, 413, "payload_too_large")
            let longest = try await self.bridge.api.call("POST", "/v1/notify", body: item.text + padding.dropLast())
            #expect(longest.status == 200)
        }

        @Test(arguments: [
            (Channel(component: "mod_forum"), "component_disabled"), (Channel(component: "mod_chat"), "area_disabled"),
        ])
        func whatIsNotEnabledIsRefused(channel: Channel, code: String) async throws {
            Self.expectProblem(try await self.notify(["channel": channel.json, "payload": 1]), 403, code)
            let grant = try await self.bridge.api.post("/v1/grants", API.grantRequest([channel]))
            Self.expectProblem(grant, 403, code)
        }

        @Test(arguments: [
            "[]", "{}", #"{"contextid":15}"#,
            #"{"contextid":"x","component":"mod_quiz","area":"game","itemid":0}"#,
            #"{"contextid":1.5,"component":"mod_quiz","area":"game","itemid":0}"#,
            #"{"contextid":9223372036854775808,"component":"mod_quiz","area":"game","itemid":0}"#,
            #"{"contextid":15,"component":"Quiz","area":"game","itemid":0}"#,
            #"{"contextid":15,"component":"mod_quiz","area":"","itemid":0}"#,
            #"{"contextid":15,"component":"mod_quiz","area":"a b","itemid":0}"#,
            #"{"contextid":15,"component":"mod_quiz","area":"game","itemid":0,"channeldetails":"\n"}"#,
            #"{"contextid":15,"component":"mod_quiz","area":"game","itemid":0,"colour":"red"}"#,
        ])
        func malformedChannelsAreRefused(channel: String) async throws {
            let body = #"{"channel":\#(channel),"payload":1}"#
            Self.expectProblem(try await self.bridge.api.call("POST", "/v1/notify", body: body), 400, "channel_invalid")
        }

        @Test(arguments: [
            "", "{", "[]", "{}", #"{"payload":1}"#, #"{"items":{}}"#, #"{"items":[],"payload":1}"#,
            #"{"channel":CHANNEL}"#, #"{"channel":CHANNEL,"payload":NaN}"#,
            #"{"channel":CHANNEL,"payload":1,"payload":2}"#, #"{"channel":CHANNEL,"payload":1,"colour":"red"}"#,
            #"{"channel":CHANNEL,"payload":1,"key":7}"#, #"{"channel":CHANNEL,"payload":1}{}"#,
        ])
        func malformedBodiesAreRefused(body: String) async throws {
            let body = body.replacing("CHANNEL", with: Channel().json.text)
            Self.expectProblem(try await self.bridge.api.call("POST", "/v1/notify", body: body), 400, "payload_invalid")
        }

        @Test func wrongMethodsAndPathsAreRefused() async throws {
            Self.expectProblem(try await self.bridge.api.get("/v1/notify"), 405, "method_not_allowed")
            Self.expectProblem(
                try await self.bridge.api.call("DELETE", "/v1/notify", body: ""), 405, "method_not_allowed"
            )
            Self.expectProblem(try await self.bridge.api.get("/v1/unknown"), 404, "not_found")
        }

        @Test func keysReachWhatTheyAreFor() async throws {
            let body: JSON = ["channel": Channel.unique().json, "payload": 1]
            let chat: JSON = ["channel": Channel(component: "mod_chat", area: "room").json, "payload": 1]
            for key in [nil, "", "unknown"] {
                Self.expectProblem(try await self.bridge.api(key: key).post("/v1/notify", body), 401, "unauthorized")
            }
            let granting = self.bridge.api(key: BridgeFolder.grantingKey)
            Self.expectProblem(try await granting.post("/v1/notify", body), 403, "forbidden")
            let quiz = self.bridge.api(key: BridgeFolder.quizKey)
            #expect(try await quiz.post("/v1/notify", body).status == 200)
            Self.expectProblem(try await quiz.post("/v1/notify", chat), 403, "forbidden")
            #expect(try await self.notify(chat).status == 200)
        }

        private func notify(_ body: JSON) async throws -> API.Answer {
            try await self.bridge.api.post("/v1/notify", body)
        }

        /// A text whose JSON has so many bytes.
        private static func text(bytes: Int) -> String {
            String(repeating: "x", count: bytes - 2)
        }

        private static func expectProblem(
            _ answer: API.Answer,
            _ status: Int64,
            _ code: String,
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            #expect(answer.status == status, sourceLocation: sourceLocation)
            #expect(answer.type == "application/problem+json", sourceLocation: sourceLocation)
            #expect(answer.body["status"] == .int(status), sourceLocation: sourceLocation)
            #expect(answer.code == code, sourceLocation: sourceLocation)
            #expect(answer.body["title"]?.string?.isEmpty == false, sourceLocation: sourceLocation)
            #expect(answer.body["detail"]?.string?.isEmpty == false, sourceLocation: sourceLocation)
        }
    }
}
