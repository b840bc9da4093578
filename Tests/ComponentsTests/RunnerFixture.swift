import Logging
import Realtime
import Synchronization

@testable import Components

/// A runner of texts with a clock of its own.
final class RunnerFixture: Sendable {
    let clock = ManualClock()
    let runner: CallbackRunner<String, String>
    let metrics = ComponentMetrics()
    private let recorder = Recorder()

    init(
        _ settings: ComponentSettings = ComponentSettings(),
        _ callback: @escaping @Sendable (String) async throws -> String
    ) throws {
        let recorder = self.recorder
        self.runner = CallbackRunner(
            settings: settings,
            component: try ComponentName("mod_quiz"),
            metrics: self.metrics,
            clock: self.clock.clock,
            logger: Logger(label: "test") { _ in RecordingLogHandler { recorder.add($0) } },
            callback: callback
        )
    }

    /// What was logged.
    var logged: [String] { self.recorder.lines.withLock { $0 } }

    var figures: ComponentMetrics.Snapshot {
        var figures = self.metrics.snapshot()
        self.runner.measure(&figures)
        return figures
    }

    func submit(_ text: String, user: String = "a") -> Told {
        let told = Told()
        self.runner.submit(text, from: Sender(user: user, session: "s")) { told.tell($0) }
        return told
    }

    /// Runs the runner around a body, then cancels it.
    func run(_ body: @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.runner.run() }
            try await body()
            group.cancelAll()
        }
    }
}

private final class Recorder: Sendable {
    let lines = Mutex<[String]>([])

    func add(_ line: String) { self.lines.withLock { $0.append(line) } }
}
