import Foundation
import Testing

extension Acceptance {
    /// What users send reaches a webhook or a worker, once, and the reply comes back, over MQTT and over HTTP.
    @Suite struct CallbackTests {
        /// A bridge whose component `mod_quiz` has a callback.
        private static func serve(
            _ settings: String,
            _ body: (RunningBridge) async throws -> Void
        ) async throws {
            try await BridgeFolder.with { folder in
                try folder.configure("  mod_quiz: {}\n", to: "  mod_quiz: { \(settings) }\n")
                try await folder.serve(body)
            }
        }

        private static func send(
            _ bridge: RunningBridge,
            as grant: Grant,
            _ body: String,
            id: String? = nil,
            to component: String = "mod_quiz"
        ) async throws -> API.Answer {
            try await bridge.api(key: grant.token).call(
                "POST", "/v1/send/\(component)", body: body, headers: id.map { ["Idempotency-Key: \($0)"] } ?? [])
        }

        // MARK: - Webhooks

        @Test func aWebhookAnswersOverMQTTAndHTTP() async throws {
            try await Hook.run { hook in
                try await Self.serve("callback: \(hook.setting)") { bridge in
                    let grant = try await bridge.api.grant([], components: ["mod_quiz"])
                    try await MQTTProgram.pahoTCP5.connect(to: bridge, as: grant) { peer in
                        #expect(try await peer.subscribe("rt/demo/re/42/-/#") == [0])
                        try await peer.publish("rt/demo/up/42/mod_quiz/r1", #"{"user":"1","answer":{"score":5}}"#)
                        let seen = try await hook.request()
                        #expect(seen["user"] == "42")
                        #expect(seen["session"] == "abc")
                        #expect(seen["component"] == "mod_quiz")
                        #expect(seen["site"] == "demo")
                        #expect(seen["request"] == "r1")
                        #expect(seen["payload"] == ["user": "1", "answer": ["score": 5]])
                        #expect(
                            try await peer.message(on: "rt/demo/re/42/-/r1") == ["ok": true, "payload": ["score": 5]])

                        // The same id over the other transport is the same message.
                        let again = try await Self.send(
                            bridge, as: grant, #"{"user":"1","answer":{"score":5}}"#, id: "r1")
                        #expect(again.status == 200)
                        #expect(again.body == ["ok": true, "payload": ["score": 5]])
                        let other = try await Self.send(bridge, as: grant, #"{"answer":6}"#, id: "r1")
                        #expect(other.status == 409)
                        #expect(other.code == "request_reused")
                        // Only now a further run.
                        let new = try await Self.send(bridge, as: grant, "7")
                        #expect(new.body["payload"]?["run"] == 2)
                    }
                }
            }
        }

        @Test func anErrorOfACallbackTellsTheClientNothing() async throws {
            try await Hook.run { hook in
                try await Self.serve("callback: \(hook.setting)") { bridge in
                    let grant = try await bridge.api.grant([], components: ["mod_quiz"])
                    let sent = #"{"status":500,"answer":{"error":"database password"}}"#
                    let failed = try await Self.send(bridge, as: grant, sent, id: "r1")
                    #expect(failed.status == 200)
                    #expect(failed.body["ok"] == false)
                    #expect(failed.body["error"]?["code"] == "callback_failed")
                    #expect(!failed.body.text.contains("password"))
                    let message = try #require(failed.body["error"]?["message"]?.string)
                    let incident = try #require(message.split(separator: " ").last)
                    let line = try await bridge.program.line(containing: String(incident))
                    #expect(!line.contains("password"))
                    // It has answered: asking again runs nothing.
                    #expect(try await Self.send(bridge, as: grant, sent, id: "r1").body == failed.body)
                    #expect(try await Self.send(bridge, as: grant, "1").body["payload"]?["run"] == 2)
                }
            }
        }

        @Test func aCallbackThatHangsIsATimeoutAndMayBeAskedAgain() async throws {
            try await Hook.run { hook in
                try await Self.serve("timeout: 300ms, callback: \(hook.setting)") { bridge in
                    let grant = try await bridge.api.grant([], components: ["mod_quiz"])
                    let late = try await Self.send(bridge, as: grant, #"{"wait":5}"#, id: "r1")
                    #expect(late.body["error"]?["code"] == "timeout")
                    let first = try await hook.request()
                    _ = try await Self.send(bridge, as: grant, #"{"wait":5}"#, id: "r1")
                    let second = try await hook.request()
                    #expect(first["request"] == second["request"])
                }
            }
        }

        /// A webhook that is away for a moment is asked again, with the same id, and one that stays away is spared.
        @Test func aWebhookThatIsAwayIsAskedAgainThenSpared() async throws {
            let port = try Ports().http
            let settings = "timeout: 1s, callback: \(Hook.setting(url: "http://127.0.0.1:\(port)"))"
            try await Self.serve(settings) { bridge in
                let grant = try await bridge.api.grant([], components: ["mod_quiz"])
                var codes: Set<String> = []
                try await Deadline.poll("the circuit is open") {
                    let answer = try await Self.send(bridge, as: grant, "1")
                    return answer.code == "busy"
                }
                try await Hook.run(port: port) { hook in
                    try await Deadline.poll("the circuit is closed") {
                        try await Self.send(bridge, as: grant, "1").body["ok"] == true
                    }
                    codes.insert(try #require(try await hook.request()["id"]?.string))
                }
                #expect(codes.allSatisfy { $0.hasPrefix("msg_") })
            }
        }

        // MARK: - POST /v1/send

        @Test(arguments: [
            ("mod_chat", "1", "r1", 403, "forbidden"), ("mod_quiz", "{no", "r1", 400, "payload_invalid"),
            ("mod_quiz", "", "r1", 400, "payload_invalid"), ("Quiz", "1", "r1", 403, "forbidden"),
            ("mod_quiz", "1", "a b", 400, "payload_invalid"), ("mod_quiz", "1", "a/b", 400, "payload_invalid"),
            ("mod_quiz", "1", String(repeating: "r", count: 41), 400, "payload_invalid"),
            ("mod_quiz", "1", "r\u{E9}", 400, "payload_invalid"),
            ("mod_quiz", "\"\(String(repeating: "a", count: 65_537))\"", "r1", 413, "payload_too_large"),
            (
                "mod_quiz", String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000), "r1", 400,
                "payload_invalid"
            ),
            ("mod_forum", "1", "r1", 404, "no_callback"),
        ])
        func whatIsRefusedIsAProblem(
            component: String, body: String, id: String, status: Int, code: String
        ) async throws {
            try await BridgeFolder.with { folder in
                try folder.configure("  mod_quiz: {}\n", to: "  mod_quiz: {}\n  mod_forum: {}\n")
                try await folder.serve { bridge in
                    let grant = try await bridge.api.grant([], components: ["mod_quiz", "mod_forum"])
                    let answer = try await Self.send(bridge, as: grant, body, id: id, to: component)
                    #expect(answer.status == status)
                    #expect(answer.code == code)
                    #expect(answer.type == "application/problem+json")
                }
            }
        }

        @Test func onlyAGrantSends() async throws {
            try await Self.serve("areas: {}") { bridge in
                for (key, code) in [(nil, "unauthorized"), (bridge.folder.apiKey, "grant_invalid")]
                    as [(String?, String)]
                {
                    let answer = try await bridge.api(key: key).call("POST", "/v1/send/realtime_echo", body: "1")
                    #expect(answer.status == 401)
                    #expect(answer.code == code)
                }
                let grant = try await bridge.api.grant([], components: ["realtime_echo"])
                let answer = try await Self.send(bridge, as: grant, #"{"a":1}"#, to: "realtime_echo")
                #expect(answer.body["payload"]?["echo"] == ["a": 1])
            }
        }

        // MARK: - Workers

        @Test(arguments: [MQTTProgram.pahoTCP3, .mqttJSTCP5])
        func aWorkerOnTheEdgeAnswers(_ client: MQTTProgram) async throws {
            try await Self.serve("callback: { mqtt: {} }") { bridge in
                let worker = try await bridge.api.grant(user: "grader", components: ["mod_quiz"], role: "service")
                let grant = try await bridge.api.grant([], components: ["mod_quiz"])
                try await client.connect(to: bridge, as: worker) { worker in
                    #expect(try await worker.subscribe("rt/demo/work/mod_quiz/#") == [0])
                    async let reply = Self.send(bridge, as: grant, #"{"a":1}"#, id: "r1")
                    let job = try await worker.message(on: "rt/demo/work/mod_quiz/#")
                    #expect(job["user"] == "42")
                    #expect(job["request"] == "r1")
                    #expect(job["payload"] == ["a": 1])
                    let done = try #require(job["done"]?.string)
                    try await worker.publish(done, #"{"ok":true,"payload":{"score":5}}"#)
                    #expect(try await reply.body == ["ok": true, "payload": ["score": 5]])
                }
            }
        }

        /// The one that has the job leaves; the other gets the message, and only then is it answered.
        @Test func aJobOfAWorkerThatLeavesGoesToAnother() async throws {
            try await Self.serve("callback: { mqtt: {} }") { bridge in
                let worker = try await bridge.api.grant(user: "grader", components: ["mod_quiz"], role: "service")
                let grant = try await bridge.api.grant([], components: ["mod_quiz"])
                try await MQTTProgram.pahoTCP5.connect(to: bridge, as: worker) { second in
                    var first: JSON?
                    // Awaited below, when the other worker has answered.
                    var sending: Task<API.Answer, any Error>?
                    try await MQTTProgram.mqttJSTCP5.connect(to: bridge, as: worker) { worker in
                        #expect(try await worker.subscribe("rt/demo/work/mod_quiz/#") == [0])
                        sending = Task { try await Self.send(bridge, as: grant, "1", id: "r1") }
                        first = try await worker.message(on: "rt/demo/work/mod_quiz/#")
                        // A worker that has no job of that name answers it in vain.
                        let done = try #require(first?["done"]?.string)
                        try await second.publish(done, "\"forged\"")
                        #expect(try await second.subscribe("rt/demo/work/mod_quiz/#") == [0])
                    }
                    let job = try await second.message(on: "rt/demo/work/mod_quiz/#")
                    #expect(job["id"] == first?["id"])
                    #expect(job["done"] != first?["done"])
                    try await second.publish(try #require(job["done"]?.string), "\"mine\"")
                    #expect(try await sending?.value.body == ["ok": true, "payload": "mine"])
                }
            }
        }

        @Test func aWorkerBehindTheBrokerAnswers() async throws {
            try await BridgeFolder.with { folder in
                try folder.configure("  mod_quiz: {}\n", to: "  mod_quiz: { callback: { mqtt: {} } }\n")
                let accounts = """
                    accounts:
                      - { name: grader, role: service, password: "a long password", components: [mod_quiz] }
                      - { name: shop, role: service, password: "a long password" }

                    """
                try accounts.write(toFile: folder.path + "/broker/accounts.yaml", atomically: false, encoding: .utf8)
                try await folder.serve { bridge in
                    try await bridge.program.line(containing: "the broker delivers shared subscriptions")
                    let grant = try await bridge.api.grant([], components: ["mod_quiz"])
                    let port = folder.ports.broker
                    try await MQTTProgram.pahoTCP5.run { worker in
                        try await MQTTProgram.mqttJSTCP5.run { stranger in
                            #expect(try await worker.connect(port: port, "grader", "a long password") == 0)
                            #expect(try await stranger.connect(port: port, "shop", "a long password") == 0)
                            _ = try await worker.subscribe("$share/graders/rt/demo/work/mod_quiz/#")
                            async let reply = Self.send(bridge, as: grant, #"{"a":1}"#)
                            let job = try await worker.message(on: "rt/demo/work/mod_quiz/#")
                            let done = try #require(job["done"]?.string)
                            #expect(try await stranger.publish(done, "\"forged\"")["code"] == 0x87)
                            try await worker.publish(done, #"{"score":5}"#)
                            #expect(try await reply.body == ["ok": true, "payload": ["score": 5]])
                        }
                    }
                }
            }
        }

        // MARK: - Data that devices publish

        @Test func anIngestCallbackAcceptsChangesAndRefuses() async throws {
            try await Hook.run { hook in
                try await Self.serve("ingest: \(hook.setting)") { bridge in
                    let channel = Channel.unique()
                    let grant = try await bridge.api.grant(
                        user: "7", [channel], rights: ["subscribe", "publish"], role: "device")
                    let topic = "rt/demo/in/\(grant.hashes[0])"
                    try await MQTTProgram.mqttJSTCP5.connect(to: bridge, as: grant) { device in
                        #expect(try await device.subscribe(grant.topics[0]) == [0])
                        let accepted = #"{"answer":{"accept":true},"n":1}"#
                        #expect(try await device.publish(topic, accepted)["code"] == 0)
                        let seen = try await hook.request()
                        #expect(seen["type"] == "ingest")
                        #expect(seen["user"] == "7")
                        #expect(
                            seen["channel"]?["itemid"] == .int(channel.itemID)
                                || seen["channel"]?["itemid"]?.string == "\(channel.itemID)")
                        #expect(try await device.message(on: grant.topics[0])["payload"]?["n"] == 1)
                        let changed = #"{"answer":{"accept":true,"payload":{"n":2}}}"#
                        #expect(try await device.publish(topic, changed)["code"] == 0)
                        let event = try await device.message(on: grant.topics[0])
                        #expect(event["payload"] == ["n": 2])
                        #expect(event["by"] == "7")
                        let refused = try await device.publish(
                            topic, #"{"answer":{"accept":false,"reason":"no such question"}}"#)
                        #expect(refused["code"] == 0x99)
                        #expect(refused["reason"] == "payload_invalid: no such question")
                        // MQTT.js leaves when it is refused; nothing of it has become an event.
                        try await bridge.api.notify(channel, "next")
                        #expect(try await bridge.api.grant([channel]).positions[0].hasSuffix(":3"))
                    }
                }
            }
        }

        // MARK: - Crashes

        /// 20 users have 1,000 messages under way when the bridge is killed: whoever was answered was served by one run,
        /// and everyone else gets a reply by asking again.
        @Test func aKillRunsNothingTwiceThatWasAnswered() async throws {
            try await Hook.run { hook in
                try await BridgeFolder.with { folder in
                    try folder.configure("  mod_quiz: {}\n", to: "  mod_quiz: { callback: \(hook.setting) }\n")
                    try await ClientScript.python("flood.py").run { flood in
                        var answered: Set<String> = []
                        try await folder.serve { bridge in
                            try await self.startFlood(flood, of: bridge)
                            try await Deadline.poll("a third of the messages is answered") {
                                try await bridge.metric("realtime_component_answered_total{component=\"mod_quiz\"}")
                                    > 300
                            }
                            #expect(kill(bridge.program.processID, SIGKILL) == 0)
                            try await bridge.program.ended()
                            answered = try await Self.seen("lost", by: flood, "answered") {
                                Set($0.array?.compactMap(\.string) ?? [])
                            }
                        }
                        #expect(answered.count > 100 && answered.count < 1000)
                        try await folder.serve { bridge in
                            let first = try await Self.seen("done", by: flood, "replies") { $0 }
                            try await flood.write("again")
                            let second = try await Self.seen("done", by: flood, "replies") { $0 }
                            guard case .object(let replies) = first, case .object(let again) = second else {
                                Issue.record("no replies")
                                return
                            }
                            #expect(replies.count == 1000)
                            for (request, reply) in replies {
                                #expect(reply["ok"] == true, "\(request): \(reply.text)")
                                #expect(reply["payload"]?["payload"] == ["of": .string(request)])
                                #expect(again[request] == reply)
                            }
                            var runs: [String: Int] = [:]
                            let last = try await Self.send(
                                bridge, as: try await bridge.api.grant([], components: ["mod_quiz"]), "0")
                            let total = try #require(last.body["payload"]?["run"]?.int)
                            for _ in 0..<total {
                                runs[try await hook.request()["request"]?.string ?? "", default: 0] += 1
                            }
                            for request in answered { #expect(runs[request] == 1, "\(request)") }
                            // What was under way and not answered may have run before the kill and after it.
                            #expect(runs.values.allSatisfy { $0 <= 2 })
                        }
                    }
                }
            }
        }

        private func startFlood(_ flood: RunningProgram, of bridge: RunningBridge) async throws {
            var users: [JSON] = []
            for number in 0..<20 {
                let grant = try await bridge.api.grant(user: "u\(number)", [], components: ["mod_quiz"])
                users.append(["user": .string(grant.user), "token": .string(grant.token)])
            }
            let settings: JSON = [
                "port": .int(Int64(bridge.folder.ports.mqtt)), "component": "mod_quiz", "messages": 50,
                "users": .array(users),
            ]
            try await flood.write(settings.text)
            try await flood.line(containing: "sent")
        }

        private static func seen<R: Sendable>(
            _ kind: String,
            by program: RunningProgram,
            _ member: String,
            _ read: @escaping @Sendable (JSON) -> R
        ) async throws -> R {
            try await program.first(kind, within: .seconds(60)) { line in
                guard let seen = try? JSON(parsing: line), seen["seen"]?.string == kind else { return nil }
                return seen[member].map(read)
            }
        }
    }
}
