import Foundation
import Realtime
import Subprocess
import Testing

@testable import MosquittoBus

/// The guardian ends mosquitto with whoever started it, and leaves nothing behind.
@Suite(.timeLimit(.minutes(1)))
struct GuardianTests {
    /// A shell that stands for the bridge: it alone holds the writing end of the guardian's standard input.
    private static let bridge = """
        mkfifo "$1/pipe"
        sh -c "$2" guardian mosquitto "$3" "$4" "" <"$1/pipe" &
        exec 9>"$1/pipe"
        wait
        """

    private struct Running {
        let starter: Int32
        let broker: Int32
        let socket: String
    }

    /// Starts mosquitto by way of the stand-in, and calls the body when it serves.
    private func run(_ body: (Running) async throws -> Void) async throws {
        try await TestBroker.withDirectory { root in
            let files = try BrokerFiles(directory: root + "/broker")
            let configuration = EmbeddedMosquittoConfiguration(
                directory: root + "/broker", site: try SiteName("demo"), port: try LocalPort.free()
            )
            try files.write(configuration, password: "secret")
            var options = PlatformOptions()
            options.createSession = true
            _ = try await Subprocess.run(
                .name("sh"),
                arguments: ["-c", Self.bridge, "bridge", root, Guardian.script, files.configuration, files.socket],
                environment: .inherit.updating(["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]),
                platformOptions: options,
                input: .none,
                output: .discarded,
                error: .sequence
            ) { execution in
                let starter = Int32(execution.processIdentifier.value)
                var output = BrokerOutput()
                var broker: Int32 = 0
                for try await line in execution.standardError.strings() {
                    switch output.read(line.trimmingCharacters(in: .newlines)) {
                    case .started(let number): broker = number
                    case .ready:
                        try await body(Running(starter: starter, broker: broker, socket: files.socket))
                    case .note: break
                    }
                }
            }
        }
    }

    @Test func mosquittoEndsWhenWeAreKilled() async throws {
        try await self.run { running async throws in
            #expect(kill(running.broker, 0) == 0)
            kill(running.starter, SIGKILL)
            #expect(try await ProcessCondition.isGone(running.broker))
            #expect(!FileManager.default.fileExists(atPath: running.socket))
        }
    }

    @Test func nothingIsLeftWhenMosquittoDies() async throws {
        var group: Int32 = 0
        try await self.run { running async throws in
            group = running.starter
            kill(running.broker, SIGKILL)
            #expect(try await ProcessCondition.isGone(running.broker))
        }
        // The stand-in has waited for the guardian: that it has ended shows that the guardian did.
        #expect(try await ProcessCondition.isGone(-group))
    }

    @Test func nothingIsLeftWhenTheGuardianIsEnded() async throws {
        var group: Int32 = 0
        try await self.run { running async throws in
            group = running.starter
            kill(try #require(try await Self.parent(of: running.broker)), SIGTERM)
            #expect(try await ProcessCondition.isGone(running.broker))
        }
        #expect(try await ProcessCondition.isGone(-group))
    }

    private static func parent(of processID: Int32) async throws -> Int32? {
        let ps = try await Subprocess.run(
            .name("ps"), arguments: ["-o", "ppid=", "-p", String(processID)], output: .string(limit: 100)
        )
        return Int32(ps.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
