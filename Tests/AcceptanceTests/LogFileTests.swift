import Foundation
import Testing

extension Acceptance {
    /// The file that events are kept in: its name, its only user, and what happens when it cannot be written.
    @Suite struct LogFileTests {
        @Test func aSecondBridgeOnTheSameFolderIsRefused() async throws {
            let channel = Channel.unique()
            try await BridgeFolder.with { folder in
                try await folder.serve { bridge in
                    let ports = try Ports()
                    let second = try await BridgeExecutable.program([
                        "serve", "--data", folder.path, "--http", "127.0.0.1:\(ports.http)",
                        "--mqtt", "127.0.0.1:\(ports.mqtt)", "--broker", "127.0.0.1:\(ports.broker)",
                    ]).finish()
                    #expect(second.status == 1)
                    #expect(second.errors.contains("another bridge runs on this folder"), "\(second.errors)")
                    // The first one has noticed nothing.
                    #expect(try await bridge.api.notify(channel, 1).hasSuffix(":1"))
                }
            }
        }

        @Test func theFileAndItsCareAreConfigured() async throws {
            let channel = Channel.unique()
            try await BridgeFolder.with { folder in
                try folder.configure(
                    "log: { sqlite: events.sqlite, sync: normal }",
                    to: "log: { sqlite: other.sqlite, sync: full }"
                )
                var position = ""
                try await folder.serve { bridge in
                    position = try await bridge.api.notify(channel, 1)
                    #expect(kill(bridge.program.processID, SIGKILL) == 0)
                    try await bridge.program.ended()
                }
                let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                #expect(files.contains("other.sqlite"))
                #expect(!files.contains { $0.hasPrefix("events.sqlite") })
                try await folder.serve { bridge in
                    let positions = try await bridge.api.grant([channel]).positions
                    #expect(positions == [position])
                }
            }
        }

        /// A limit on the size of files stands for a full disk: root's files have it too.
        @Test(.enabled(if: Self.canLiftLimits, "prlimit(1) lifts the limit of a running process"))
        func aLogThatCannotBeWrittenIsToldAndHeals() async throws {
            let channel = Channel.unique(onBoard: "long")
            let payload = JSON.string(String(repeating: "x", count: 60_000))
            let request: JSON = ["channel": channel.json, "payload": payload]
            try await BridgeFolder.with { folder in
                // 1 MiB; whoever exceeds it would be ended by a signal, unless that is ignored.
                try await folder.serve(limits: "trap '' XFSZ && ulimit -S -f 2048") { bridge in
                    let grant = try await bridge.api.grant([channel])
                    var acknowledged: Int64 = 0
                    var refused: API.Answer?
                    while refused == nil, acknowledged < 100 {
                        let answer = try await bridge.api.post("/v1/notify", request)
                        if answer.status == 200 { acknowledged += 1 } else { refused = answer }
                    }
                    #expect(refused?.status == 503)
                    #expect(refused?.code == "log_unavailable")
                    let unready = try await bridge.api.get("/readyz")
                    #expect(unready.status == 503)
                    #expect(unready.body["status"] == "unavailable")
                    #expect(try await bridge.api.get("/healthz").status == 200)

                    let lifted = try await Program(
                        executable: Self.prlimit,
                        arguments: ["--pid", "\(bridge.program.processID)", "--fsize=unlimited:unlimited"]
                    ).finish()
                    #expect(lifted.status == 0, "\(lifted.errors)")
                    try await Deadline.poll("the log is written again") {
                        try await bridge.api.get("/readyz").status == 200
                    }
                    // What was refused is not there; what was acknowledged is.
                    let next = try EventPosition(try await bridge.api.notify(channel, "next"))
                    #expect(next.sequence == acknowledged + 1)
                    try await MQTTProgram.pahoTCP3.connect(to: bridge, as: grant) { peer in
                        try await peer.collect(Int(acknowledged) + 1)
                        #expect(try await peer.subscribe(grant.topics[0]) == [0])
                        let runs = try await peer.collected()
                        #expect(runs == [EventRun(epoch: next.epoch, 1, through: acknowledged + 1)])
                    }
                }
            }
        }

        private static let prlimit = "/usr/bin/prlimit"
        private static var canLiftLimits: Bool { FileManager.default.isExecutableFile(atPath: Self.prlimit) }
    }
}
