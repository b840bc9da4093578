import Foundation
import Testing

extension Acceptance {
    /// Whoever waits for a reply over HTTP when the bridge is told to end gets an answer, not a cut connection.
    @Suite struct ShutdownTests {
        @Test func aSenderIsToldThatTheBridgeEndsAndMayAskAgain() async throws {
            try await Self.serve { folder, hook in
                // For as long as the webhook waits there is no other answer.
                let body = #"{"wait":6,"answer":5}"#
                try await folder.serve { bridge in
                    let grant = try await bridge.api.grant(components: ["mod_quiz"])
                    async let answer = Self.send(bridge, as: grant, body)
                    #expect(try await hook.request()["request"] == "r1")
                    #expect(kill(bridge.program.processID, SIGTERM) == 0)
                    let told = try await answer
                    #expect(told.status == 200)
                    #expect(told.body["ok"] == false)
                    #expect(told.body["error"] == ["code": "timeout", "message": "the bridge is shutting down"])
                    try await bridge.program.ended()
                }
                // Nothing was answered, so the same id runs.
                try await folder.serve { bridge in
                    let grant = try await bridge.api.grant(components: ["mod_quiz"])
                    #expect(try await Self.send(bridge, as: grant, body).body == ["ok": true, "payload": 5])
                    #expect(try await hook.request()["request"] == "r1")
                }
            }
        }

        /// A callback that ends a moment after the signal is answered in full or, on a busy machine, after the restart.
        @Test func aCallbackThatIsNearlyDoneIsAnsweredOnce() async throws {
            try await Self.serve { folder, hook in
                let body = #"{"wait":0.3}"#
                var told: JSON?
                try await folder.serve { bridge in
                    let grant = try await bridge.api.grant(components: ["mod_quiz"])
                    async let answer = Self.send(bridge, as: grant, body)
                    _ = try await hook.request()
                    #expect(kill(bridge.program.processID, SIGTERM) == 0)
                    told = try await answer.body
                    try await bridge.program.ended()
                }
                try await folder.serve { bridge in
                    let grant = try await bridge.api.grant(components: ["mod_quiz"])
                    let again = try await Self.send(bridge, as: grant, body).body
                    #expect(again["ok"] == true)
                    if told?["ok"] == true {
                        #expect(told?["payload"]?["run"] == 1)
                        #expect(again == told)
                    } else {
                        #expect(told?["error"]?["code"] == "timeout")
                    }
                }
            }
        }

        private static func serve(_ body: (BridgeFolder, Hook) async throws -> Void) async throws {
            try await Hook.run { hook in
                try await BridgeFolder.with { folder in
                    try folder.configure(
                        "  mod_quiz: {}\n", to: "  mod_quiz: { timeout: 30s, callback: \(hook.setting) }\n")
                    try await body(folder, hook)
                }
            }
        }

        private static func send(_ bridge: RunningBridge, as grant: Grant, _ body: String) async throws -> API.Answer {
            try await bridge.api(key: grant.token).call(
                "POST", "/v1/send/mod_quiz", body: body, headers: ["Idempotency-Key: r1"])
        }
    }
}
