import Foundation
import Testing

extension Acceptance {
    /// Webhooks over TLS, which are believed by the system's certificates alone.
    @Suite(.enabled(if: getuid() == 0, "a file system of the bridge's own takes root")) struct SecureWebhookTests {
        @Test func aWebhookWithACertificateOfATrustedAuthorityAnswers() async throws {
            try await TemporaryFolder.with { files in
                let certificate = try await Certificate(in: files)
                try await Hook.run(certificate: certificate) { hook in
                    try await BridgeFolder.with { folder in
                        try folder.configure(
                            "  mod_quiz: {}\n",
                            to: """
                                  mod_quiz: { callback: \(hook.setting) }
                                  mod_forum: { callback: \(Hook.setting(url: hook.url(host: "127.0.0.1"))) }

                                """)
                        // The authority is nobody to the system.
                        try await folder.serve { bridge in
                            let answer = try await Self.send(bridge, to: "mod_quiz")
                            #expect(answer["error"]?["code"] == "callback_failed")
                        }
                        try await folder.serve(roots: certificate.roots) { bridge in
                            // The certificate is of another name.
                            let other = try await Self.send(bridge, to: "mod_forum")
                            #expect(other["error"]?["code"] == "callback_failed")
                            // The first request that the webhook has seen.
                            let answer = try await Self.send(bridge, to: "mod_quiz")
                            #expect(answer["ok"] == true)
                            #expect(answer["payload"] == ["user": "42", "session": "abc", "payload": 1, "run": 1])
                            #expect(try await hook.request()["component"] == "mod_quiz")
                        }
                    }
                }
            }
        }

        private static func send(_ bridge: RunningBridge, to component: String) async throws -> JSON {
            let grant = try await bridge.api.grant(components: ["mod_quiz", "mod_forum"])
            return try await bridge.api(key: grant.token).call("POST", "/v1/send/\(component)", body: "1").body
        }
    }
}
