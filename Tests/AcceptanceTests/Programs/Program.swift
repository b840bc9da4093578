import Subprocess

/// A program to be run, which never outlives the call that runs it.
struct Program {
    /// What a program that ran to its end has left.
    struct Outcome {
        /// The exit status; nil if a signal has ended it.
        let status: Int32?
        let output: String
        let errors: String

        /// The output's lines.
        var lines: [String] { self.output.split(separator: "\n").map { String($0) } }
    }

    private static let maximumOutput = 16 << 20

    var executable: String
    var arguments: [String] = []
    /// Added to the environment of the tests.
    var environment: [String: String] = [:]

    /// Runs to the end.
    func finish(input: String = "") async throws -> Outcome {
        let configuration = self.configuration
        return try await Deadline.run(self.description) {
            let result = try await Subprocess.run(
                configuration,
                input: .string(input),
                output: .string(limit: Self.maximumOutput),
                error: .string(limit: Self.maximumOutput)
            )
            var status: Int32?
            if case .exited(let code) = result.terminationStatus { status = code }
            return Outcome(status: status, output: result.standardOutput, errors: result.standardError)
        }
    }

    /// Runs beside the body, and is ended after it by a signal.
    func run(_ body: (RunningProgram) async throws -> Void) async throws {
        _ = try await Subprocess.run(
            self.configuration,
            input: .inputWriter,
            output: .sequence,
            error: .combinedWithOutput
        ) { execution in
            let program = RunningProgram(
                description: self.description,
                processID: execution.processIdentifier.value,
                writer: execution.standardInputWriter
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await program.read(execution.standardOutput) }
                let result: Result<Void, any Error>
                do {
                    result = .success(try await body(program))
                } catch {
                    result = .failure(error)
                }
                await execution.teardown(using: [.gracefulShutDown(allowedDurationToNextStep: .seconds(15))])
                group.cancelAll()
                try result.get()
            }
        }
    }

    private var configuration: Configuration {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
        return Configuration(
            // Becomes the program, so that a path can be named without the module of file paths.
            executable: .name("env"),
            arguments: Arguments([self.executable] + self.arguments),
            environment: .inherit.updating(
                Dictionary(uniqueKeysWithValues: self.environment.map { (Environment.Key(stringLiteral: $0), $1) })
            ),
            platformOptions: options
        )
    }

    private var description: String {
        // Arguments may hold tokens; the program's name and its first words say enough.
        ([self.executable] + self.arguments.prefix(2)).joined(separator: " ")
    }
}
