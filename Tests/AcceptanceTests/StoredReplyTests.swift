import Foundation
import Testing

extension Acceptance {
    /// What becomes of the replies' own file while the bridge runs: replies are given all the same, and operators know.
    @Suite struct StoredReplyTests {
        /// A limit on the size of files stands for a full disk: root's files have it too.
        @Test(.enabled(if: Self.canLiftLimits, "prlimit(1) lifts the limit of a running process"))
        func repliesThatCannotBeStoredAreToldAndStoringHeals() async throws {
            try await Hook.run { hook in
                try await Self.with(hook) { try await Self.fillAndHeal($0) }
            }
        }

        private static func fillAndHeal(_ folder: BridgeFolder) async throws {
            var replies: [JSON] = []
            // 1 MiB; whoever exceeds it would be ended by a signal, unless that is ignored.
            try await folder.serve(limits: "trap '' XFSZ && ulimit -S -f 2048") { bridge in
                try await bridge.waitUntil(status: "ready")
                var count = 0
                while try await bridge.metric("realtime_replies_storing") == 1, count < 100 {
                    count += 1
                    replies.append(try await Self.send(bridge, Self.large, id: "r\(count)"))
                    #expect(replies.last?["ok"] == true)
                }
                #expect(count > 1 && count < 100)
                let unready = try await bridge.api.get("/readyz")
                #expect(unready.status == 200)
                #expect(unready.body == ["status": "degraded", "replies": "failed"])
                #expect(try await bridge.metric("realtime_log_working") == 1)
                // In memory it is remembered all the same.
                #expect(try await Self.send(bridge, Self.large, id: "r\(count)")["ok"] == true)
                #expect(try await bridge.metric("realtime_requests_remembered") == count)

                let lifted = try await Program(
                    executable: Self.prlimit,
                    arguments: ["--pid", "\(bridge.program.processID)", "--fsize=unlimited:unlimited"]
                ).finish()
                #expect(lifted.status == 0, "\(lifted.errors)")
                try await Self.waitUntilStoring(bridge)
                #expect(kill(bridge.program.processID, SIGKILL) == 0)
                try await bridge.program.ended()
            }
            // What was told without being stored has been stored since: nothing runs again.
            try await folder.serve { bridge in
                for (index, reply) in replies.enumerated() {
                    let again = try await Self.send(bridge, Self.large, id: "r\(index + 1)")
                    #expect(again == reply)
                }
            }
        }

        /// What was in it is lost to the next life, and all that is answered once it is there again is not.
        @Test func aFileThatIsDeletedIsMadeAnew() async throws {
            try await Hook.run { hook in
                try await Self.with(hook) { folder in
                    var kept: JSON?
                    try await folder.serve { bridge in
                        try await bridge.waitUntil(status: "ready")
                        #expect(try await Self.send(bridge, "1", id: "before")["payload"]?["run"] == 1)
                        for name in ["replies.sqlite", "replies.sqlite-wal", "replies.sqlite-shm"] {
                            // The last two are there or not, as SQLite likes.
                            _ = try? FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
                        }
                        #expect(try await Self.send(bridge, "1", id: "meanwhile")["payload"]?["run"] == 2)
                        try await bridge.program.line(containing: "replies are not stored")
                        try await Self.waitUntilStoring(bridge)
                        kept = try await Self.send(bridge, "1", id: "after")
                        #expect(kill(bridge.program.processID, SIGKILL) == 0)
                        try await bridge.program.ended()
                    }
                    try await folder.serve { bridge in
                        let again = try await Self.send(bridge, "1", id: "after")
                        #expect(again == kept)
                    }
                }
            }
        }

        private static let large = #"{"answer":"\#(String(repeating: "x", count: 60_000))"}"#

        private static func with(_ hook: Hook, _ body: (BridgeFolder) async throws -> Void) async throws {
            try await BridgeFolder.with { folder in
                try folder.configure("  mod_quiz: {}\n", to: "  mod_quiz: { callback: \(hook.setting) }\n")
                try folder.configure("upstream_per_second: 50", to: "upstream_per_second: 100000")
                try await body(folder)
            }
        }

        /// Sends messages until the bridge is ready again: only with one does it try to store.
        private static func waitUntilStoring(_ bridge: RunningBridge) async throws {
            try await Deadline.poll("replies are stored again") {
                _ = try await Self.send(bridge, "1", id: "p\(Int.random(in: 0..<Int.max))")
                return try await bridge.api.get("/readyz").body["status"] == "ready"
            }
            #expect(try await bridge.metric("realtime_replies_storing") == 1)
        }

        private static func send(_ bridge: RunningBridge, _ body: String, id: String) async throws -> JSON {
            let grant = try await bridge.api.grant(components: ["mod_quiz"])
            return try await bridge.api(key: grant.token).call(
                "POST", "/v1/send/mod_quiz", body: body, headers: ["Idempotency-Key: \(id)"]
            ).body
        }

        private static let prlimit = "/usr/bin/prlimit"
        private static var canLiftLimits: Bool { FileManager.default.isExecutableFile(atPath: Self.prlimit) }
    }
}
