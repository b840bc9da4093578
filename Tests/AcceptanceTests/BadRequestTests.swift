import Testing

extension Acceptance {
    /// Requests that are refused say why, and nobody else notices.
    @Suite(.bridge) struct BadRequestTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        private var port: Int { self.bridge.folder.ports.http }

        @Test(arguments: [BadRequest.bodies, BadRequest.channels, BadRequest.grants])
        func bodies(_ table: [BadRequest]) async throws {
            for bad in table { try await self.expectRefusal(of: bad) }
        }

        @Test(arguments: BadRequest.heads + BadRequest.calls)
        func heads(_ bad: BadRequest) async throws {
            try await self.expectRefusal(of: bad)
        }

        /// Answers come in the order of the requests, and a bad one does not spoil those behind it.
        @Test func pipelining() async throws {
            let key = self.bridge.folder.apiKey
            let body = #"{"channel":\#(Channel.unique().json.text),"payload":1}"#
            let good = HTTPBytes.request("POST", "/v1/notify", key: key, keeping: Array(body.utf8))
            let garbage = HTTPBytes.request("POST", "/v1/notify", key: key, keeping: [0x7B])
            let missing = HTTPBytes.request("GET", "/v1/unknown", key: key, keeping: nil)
            let last = HTTPBytes.request("GET", "/healthz")
            try await Bystander.watch(self.bridge) { _ in
                try await RawConnection.open("pipelining", port: self.port) { connection in
                    await connection.send(good + garbage + missing + good + last)
                    let answers = await HTTPAnswer.all(from: connection)
                    #expect(answers.map(\.status) == [200, 400, 404, 200, 200])
                    #expect(answers.map(\.code) == [nil, "payload_invalid", "not_found", nil, nil])
                    let positions = answers.compactMap { $0.body?["position"]?.string?.split(separator: ":").last }
                    #expect(positions == ["1", "2"])
                }
            }
        }

        @Test func whoeverExpectsToContinueIsTold() async throws {
            let key = self.bridge.folder.apiKey
            let body = Array(#"{"channel":\#(Channel.unique().json.text),"payload":1}"#.utf8)
            let request = HTTPBytes.request("POST", "/v1/notify", key: key, ["Expect: 100-continue"], body: body)
            try await Bystander.watch(self.bridge) { _ in
                try await RawConnection.open("100-continue", port: self.port) { connection in
                    await connection.send(Array(request.dropLast(body.count)))
                    #expect(await HTTPAnswer(from: connection)?.status == 100)
                    await connection.send(body)
                    #expect(await HTTPAnswer.all(from: connection).map(\.status) == [200])
                }
            }
        }

        /// Line breaks between the parts of JSON become blanks, those within texts are escaped.
        @Test(arguments: ["{\"a\":\r\n1,\r\"b\":\n\"c\\r\\nd\"}\n", "[1,\r\n2]", "\n\"x\\ny\"\r\n"])
        func anEventStaysOneLine(_ payload: String) async throws {
            let channel = Channel.unique()
            let grant = try await self.bridge.api.grant([channel], rights: ["subscribe", "publish"])
            let expected = try JSON(parsing: payload)
            try await RawConnection.open("a subscriber", port: self.bridge.folder.ports.mqtt) { connection in
                let client = RawClient(connection, version: 4)
                try await client.connect(grant.token)
                await connection.send(MQTTBytes.subscribe([Array(grant.topics[0].utf8)], 4))
                #expect(await client.next() == .suback([0]))

                let body = #"{"channel":\#(channel.json.text),"payload":\#(payload)}"#
                #expect(try await self.bridge.api.call("POST", "/v1/notify", body: body).status == 200)
                let ingest = "rt/demo/in/\(grant.hashes[0])".utf8
                await connection.send(MQTTBytes.publish(ingest, 4, payload: Array(payload.utf8), qos: 0))
                // What is no JSON becomes a text.
                await connection.send(MQTTBytes.publish(ingest, 4, payload: Array("\(payload)x".utf8), qos: 0))
                for payload in [expected, expected, .string("\(payload)x")] {
                    guard case .message(_, let event)? = await client.next() else {
                        Issue.record("no event")
                        return
                    }
                    #expect(!event.utf8.contains { $0 == 10 || $0 == 13 })
                    #expect(try JSON(parsing: event)["payload"] == payload)
                }
            }
        }

        /// Swift takes the two forms of é for equal; a hash is made of bytes.
        @Test func bothFormsOfAnAccentAreTwoChannelsAndTwoKeys() async throws {
            let forms = ["\u{E9}", "e\u{301}"]
            let itemID = Channel.unique().itemID
            let channels = forms.map { form -> [String: JSON] in
                Channel(itemID: itemID).members.merging(["channeldetails": .string(form)]) { $1 }
            }
            let answer = try await self.bridge.api.post(
                "/v1/grants",
                [
                    "user": "42", "session": "abc",
                    "channels": .array(channels.map { .object($0.merging(["rights": ["subscribe"]]) { $1 }) }),
                ]
            )
            let grant = try Grant(user: "42", answer: answer.body)
            #expect(Set(grant.hashes).count == 2)
            try await RawConnection.open("a subscriber", port: self.bridge.folder.ports.mqtt) { connection in
                let client = RawClient(connection, version: 4)
                try await client.connect(grant.token)
                await connection.send(MQTTBytes.subscribe([Array(grant.topics[0].utf8)], 4))
                #expect(await client.next() == .suback([0]))
                for channel in channels.reversed() {
                    for form in forms {
                        let body: JSON = ["channel": .object(channel), "payload": 1, "key": .string(form)]
                        #expect(try await self.bridge.api.post("/v1/notify", body).status == 200)
                    }
                }
                // Of its own channel only, and each key is an event.
                for sequence in [JSON.int(1), 2] {
                    guard case .message(grant.topics[0], let event)? = await client.next() else {
                        Issue.record("an event of another channel, or none")
                        return
                    }
                    #expect(try JSON(parsing: event)["seq"] == sequence)
                }
                #expect(await client.untilPong() == [.pingresp])
            }
        }

        private func expectRefusal(of bad: BadRequest) async throws {
            let key = self.bridge.folder.apiKey
            try await Bystander.watch(self.bridge) { _ in
                try await RawConnection.open(bad.name, port: self.port) { connection in
                    await connection.send(bad.bytes(key))
                    let answers = await HTTPAnswer.all(from: connection)
                    #expect(answers.map(\.status) == [bad.status], "\(bad.name)")
                    #expect(answers.first?.code == bad.code, "\(bad.name)")
                }
            }
        }
    }
}
