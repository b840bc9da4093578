import ArgumentParser

/// The command line: exit status 0 done, 1 failed, 2 wrong usage.
@main
struct RealtimeBridgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "realtime-bridge",
        abstract: "Pushes events to browsers and devices over MQTT, and takes their messages back.",
        subcommands: [
            InitCommand.self, ServeCommand.self, DemoCommand.self, GrantCommand.self, NotifyCommand.self,
            TailCommand.self, SendCommand.self, SelftestCommand.self,
        ]
    )

    static func main() async {
        do {
            var command = try Self.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            self.end(with: error)
        }
    }

    private static func end(with error: any Error) -> Never {
        if let failure = error as? CommandFailure {
            StandardStream.error.write("realtime-bridge: \(failure.message)")
            self.exit(withError: ExitCode(1))
        }
        guard self.exitCode(for: error) == .validationFailure else { self.exit(withError: error) }
        StandardStream.error.write(self.fullMessage(for: error))
        self.exit(withError: ExitCode(2))
    }
}

/// Why a command failed, for people.
struct CommandFailure: Error {
    let message: String
    /// The code that the bridge refused with, if it did.
    let code: String?

    init(_ message: String, code: String? = nil) {
        self.message = message
        self.code = code
    }
}
