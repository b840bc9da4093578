import Foundation
import Testing

extension Acceptance {
    /// Workers on the embedded broker that do what they should not.
    @Suite struct BrokerWorkerTests {
        private static let password = "at least 12 characters"

        @Test func aSecondAnswerChangesNothing() async throws {
            try await Self.serve { bridge in
                try await Self.run(.pahoTCP5, "grader", on: bridge) { worker in
                    _ = try await worker.subscribe("rt/demo/work/mod_quiz/+")
                    async let reply = Self.send(bridge, user: "42", id: "r1")
                    let job = try await worker.message(on: "rt/demo/work/mod_quiz/#")
                    let done = try #require(job["done"]?.string)
                    try await worker.publish(done, "1")
                    #expect(try await reply.body == ["ok": true, "payload": 1])
                    try await worker.publish(done, "2")
                    #expect(try await Self.send(bridge, user: "42", id: "r1").body["payload"] == 1)
                    // Nor is it the answer to what comes next.
                    async let next = Self.send(bridge, user: "42", id: "r2")
                    let other = try await worker.message(on: "rt/demo/work/mod_quiz/#")
                    #expect(other["request"] == "r2")
                    try await worker.publish(done, "3")
                    try await worker.publish(try #require(other["done"]?.string), "4")
                    #expect(try await next.body["payload"] == 4)
                }
            }
        }

        /// Each answer goes to the request that its topic names, whatever it says; what names no job is nobody's.
        @Test func anAnswerIsForTheJobOfItsTopicAlone() async throws {
            try await Self.serve { bridge in
                try await Self.run(.mqttJSTCP5, "grader", on: bridge) { worker in
                    _ = try await worker.subscribe("rt/demo/work/mod_quiz/+")
                    async let first = Self.send(bridge, user: "42", id: "r1")
                    let job = try await worker.message(on: "rt/demo/work/mod_quiz/#")
                    async let second = Self.send(bridge, user: "43", id: "r1")
                    let other = try await worker.message(on: "rt/demo/work/mod_quiz/#")
                    #expect([job["user"], other["user"]] == ["42", "43"])
                    let topics = try [job, other].map { try #require($0["done"]?.string) }
                    let node = topics[0].split(separator: "/").dropLast().joined(separator: "/")
                    for topic in [node + "/nothing", "rt/demo/done/elsewhere/" + topics[0].suffix(22)] {
                        // The broker takes it: whether anyone is subscribed is all that it says.
                        let code = try await worker.publish(topic, "\"forged\"")["code"]?.int ?? -1
                        #expect([0, 0x10].contains(code))
                    }
                    try await worker.publish(topics[1], #"{"id":"\#(job["id"]?.string ?? "")","user":"42"}"#)
                    #expect(try await second.body["payload"]?["user"] == "42")
                    try await worker.publish(topics[0], "1")
                    #expect(try await first.body == ["ok": true, "payload": 1])
                }
            }
        }

        /// An account for another component sees no job, can make none up, and cannot guess the answer's topic.
        @Test func anotherAccountAnswersNothing() async throws {
            try await Self.serve { bridge in
                try await Self.run(.pahoTCP5, "grader", on: bridge) { worker in
                    try await Self.run(.pahoTCP5, "chatter", on: bridge) { stranger in
                        _ = try await worker.subscribe("rt/demo/work/mod_quiz/+")
                        _ = try await stranger.subscribe("#")
                        async let reply = Self.send(bridge, user: "42", id: "r1")
                        let job = try await worker.message(on: "rt/demo/work/mod_quiz/#")
                        let done = try #require(job["done"]?.string)
                        let guess = done.dropLast() + (done.hasSuffix("A") ? "B" : "A")
                        try await stranger.publish(String(guess), "\"forged\"")
                        try await Self.forge(on: bridge)
                        try await worker.publish(done, "1")
                        #expect(try await reply.body == ["ok": true, "payload": 1])
                        // Whatever it had seen would have come before this.
                        async let chat = Self.send(bridge, user: "42", id: "r1", to: "mod_chat")
                        let seen = try await stranger.next("message")
                        #expect(seen["topic"]?.string?.hasPrefix("rt/demo/work/mod_chat/") == true)
                        let own = try JSON(parsing: seen["payload"]?.string ?? "")
                        try await stranger.publish(try #require(own["done"]?.string), "2")
                        #expect(try await chat.body["payload"] == 2)
                    }
                }
            }
        }

        /// No broker says that a worker has died: its job times out, and asking again finds another.
        @Test func aJobOfAWorkerThatDiesTimesOutAndMayBeAskedAgain() async throws {
            try await Self.serve("timeout: 1s, ") { bridge in
                try await Self.run(.pahoTCP5, "grader", on: bridge) { worker in
                    _ = try await worker.subscribe("rt/demo/work/mod_quiz/+")
                    async let reply = Self.send(bridge, user: "42", id: "r1")
                    _ = try await worker.message(on: "rt/demo/work/mod_quiz/#")
                    #expect(kill(worker.program.processID, SIGKILL) == 0)
                    #expect(try await reply.body["error"]?["code"] == "timeout")
                }
                try await Self.run(.mqttJSTCP5, "grader", on: bridge) { worker in
                    _ = try await worker.subscribe("rt/demo/work/mod_quiz/+")
                    async let reply = Self.send(bridge, user: "42", id: "r1")
                    let job = try await worker.message(on: "rt/demo/work/mod_quiz/#")
                    #expect(job["request"] == "r1")
                    try await worker.publish(try #require(job["done"]?.string), "1")
                    #expect(try await reply.body == ["ok": true, "payload": 1])
                }
            }
        }

        /// What no worker may publish.
        private static func forge(on bridge: RunningBridge) async throws {
            for topic in ["rt/demo/work/mod_quiz/forged", "rt/demo/re/42/-/r1", "rt/demo/up/42/mod_quiz/r1"] {
                // MQTT.js leaves when it is refused.
                try await Self.run(.mqttJSTCP5, "chatter", on: bridge) { forger in
                    let acknowledgement = try await forger.publish(topic, "\"forged\"")
                    #expect(acknowledgement["code"] == 0x87, "\(topic)")
                }
            }
        }

        /// A bridge whose components are answered behind the broker, by `grader` and `chatter`.
        private static func serve(
            _ settings: String = "",
            _ body: (RunningBridge) async throws -> Void
        ) async throws {
            try await BridgeFolder.with { folder in
                try folder.configure("  mod_quiz: {}\n", to: "  mod_quiz: { \(settings)callback: { mqtt: {} } }\n")
                try folder.configure(
                    "mod_chat: { areas: { room: {} } }", to: "mod_chat: { areas: { room: {} }, callback: { mqtt: {} } }"
                )
                let accounts = """
                    accounts:
                      - { name: grader, role: service, password: "\(Self.password)", components: [mod_quiz] }
                      - { name: chatter, role: service, password: "\(Self.password)", components: [mod_chat] }

                    """
                try accounts.write(toFile: folder.path + "/broker/accounts.yaml", atomically: false, encoding: .utf8)
                try await folder.serve { bridge in
                    try await bridge.waitUntil(status: "ready")
                    try await body(bridge)
                }
            }
        }

        private static func run(
            _ client: MQTTProgram,
            _ account: String,
            on bridge: RunningBridge,
            _ body: (MQTTPeer) async throws -> Void
        ) async throws {
            try await client.run { peer in
                #expect(try await peer.connect(port: bridge.folder.ports.broker, account, Self.password) == 0)
                try await body(peer)
            }
        }

        private static func send(
            _ bridge: RunningBridge,
            user: String,
            id: String,
            to component: String = "mod_quiz"
        ) async throws -> API.Answer {
            let grant = try await bridge.api.grant(user: user, components: ["mod_quiz", "mod_chat"])
            return try await bridge.api(key: grant.token).call(
                "POST", "/v1/send/\(component)", body: "0", headers: ["Idempotency-Key: \(id)"])
        }
    }
}
