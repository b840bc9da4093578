internal import Foundation
internal import Logging
internal import MessageBus
internal import Subprocess

/// One run of mosquitto under its guardian.
struct BrokerProcess {
    /// Where mosquitto is looked for: services are often not in the `PATH` of users.
    private static let systemDirectories = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"]

    private let executable: String
    private let files: BrokerFiles
    private let logger: Logger

    /// Finds mosquitto.
    ///
    /// - Throws: `configurationInvalid` if it is not there.
    init(executable: String?, files: BrokerFiles, logger: Logger) throws(BusError) {
        let searched = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { String($0) }
        let candidates = executable.map { [$0] } ?? (searched + Self.systemDirectories).map { $0 + "/mosquitto" }
        guard let found = candidates.first(where: { access($0, X_OK) == 0 }) else {
            let places = executable ?? "PATH and " + Self.systemDirectories.joined(separator: ", ")
            throw BusError(.configurationInvalid, "mosquitto was not found: looked at \(places)")
        }
        self.executable = found
        self.files = files
        self.logger = logger
    }

    /// Runs mosquitto to its end.
    ///
    /// Cancellation ends it.
    ///
    /// - Parameter ready: Called with the process number when it serves.
    /// - Returns: Why it has ended.
    /// - Throws: What `Subprocess` throws if the shell cannot be started.
    func run(ready: @Sendable (Int32) -> Void) async throws -> String {
        var options = PlatformOptions()
        // Ctrl-C at a terminal goes to all of its group: the broker has to live until the bridge has shut down.
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
        let result = try await Subprocess.run(
            .name("sh"),
            arguments: [
                "-c", Guardian.script, "realtime-bridge-broker", self.executable, self.files.configuration,
                self.files.socket, self.files.socketDirectory ?? "",
            ],
            // Nothing of our environment is the broker's business: it may hold keys.
            environment: .custom(["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"]),
            platformOptions: options,
            input: .inputWriter,
            output: .discarded,
            error: .sequence
        ) { execution in
            try await self.read(execution.standardError, ready: ready)
        }
        return result.closureResult ?? "\(result.terminationStatus)"
    }

    /// Reads what is printed until the process has ended; returns the last error.
    private func read(_ output: SubprocessOutputSequence, ready: (Int32) -> Void) async throws -> String? {
        var reader = BrokerOutput()
        var processID: Int32 = 0
        for try await line in output.strings() {
            let text = line.trimmingCharacters(in: .newlines)
            switch reader.read(text) {
            case .started(let number):
                processID = number
                self.logger.debug("Embedded broker starts", metadata: [LogKey.processID: "\(number)"])
            case .ready:
                self.logger.info("Embedded broker is running", metadata: [LogKey.processID: "\(processID)"])
                ready(processID)
            case .note(let level):
                self.logger.log(level: level, "Embedded broker says", metadata: [LogKey.line: "\(text)"])
            }
        }
        return reader.lastError
    }
}
