internal import Logging

/// Reads what mosquitto and its guardian print.
struct BrokerOutput {
    /// What a line means for us.
    enum Event: Equatable {
        /// The broker has this process number.
        case started(processID: Int32)
        /// The broker serves.
        case ready
        /// Something for the log.
        case note(Logger.Level)
    }

    /// The last error that was printed: why the broker has ended, if it has.
    private(set) var lastError: String?

    /// Reads a line.
    mutating func read(_ line: String) -> Event {
        if line.hasPrefix(Guardian.announcement), let number = Int32(line.dropFirst(Guardian.announcement.count)) {
            return .started(processID: number)
        }
        if line.hasPrefix("mosquitto version "), line.hasSuffix(" running") { return .ready }
        if line.hasPrefix("Error: ") {
            self.lastError = String(line.dropFirst("Error: ".count))
            return .note(.error)
        }
        return .note(line.hasPrefix("Warning: ") || line.contains("being dropped") ? .warning : .debug)
    }
}
