import Components
import Foundation
import NIOCore
import NIOPosix
import Subprocess

/// A webhook in another language, as a child process that never outlives its test.
struct WebhookProgram {
    /// Given the port as their last argument.
    let executable: String
    let arguments: @Sendable (Int) -> [String]

    /// Runs the program with the fixture's secret, and asks it once it listens.
    func outcome(scheme: String = "http", secret: String = WebhookFixture.secret) async throws -> WebhookOutcome {
        let port = try await Self.freePort()
        let result = try await Subprocess.run(
            .name(self.executable),
            arguments: Arguments(self.arguments(port)),
            environment: .inherit.updating(["WEBHOOK_SECRET": WebhookFixture.secret]),
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            let outcome = try await Self.ask("\(scheme)://127.0.0.1:\(port)/hook", secret: secret)
            await execution.teardown(using: [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))])
            return outcome
        }
        return result.closureResult
    }

    /// A path within the repository's examples.
    static func example(_ path: String) -> String {
        URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "../../../examples/\(path)").standardizedFileURL.path
    }

    private static func ask(_ url: String, secret: String) async throws -> WebhookOutcome {
        let settings = try WebhookFixture.settings(url, secret: secret)
        return try await WebhookFixture.run(clock: { Int64(Date().timeIntervalSince1970) }) { client in
            let start = ContinuousClock.now
            while true {
                let outcome = await WebhookOutcome {
                    try await client.call(WebhookFixture.request(), settings: settings)
                }
                // Silence is a program that does not listen yet.
                guard outcome == .unanswered(retryAfter: nil), start.duration(to: .now) < .seconds(20) else {
                    return outcome
                }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    private static func freePort() async throws -> Int {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = listener.localAddress?.port ?? 0
        try await listener.close().get()
        return port
    }
}
