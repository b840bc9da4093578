public import EventLog

/// How the event log is doing, for readiness and metrics.
public struct LogStatus: Sendable {
    /// The last commit worked.
    public let isWorking: Bool
    /// Commits since the start.
    public let commits: Int
    /// Commits that failed since the start.
    public let failures: Int
    /// Appends and reads refused as `busy` since the start.
    public let refused: Int
    /// Bytes of the retained events.
    public let retainedBytes: Int

    /// Takes what the log says.
    public init(_ status: EventLogStatus) {
        self.isWorking = status.isWorking
        self.commits = Int(clamping: status.commits)
        self.failures = Int(clamping: status.failures)
        self.refused = Int(clamping: status.refused)
        self.retainedBytes = Int(clamping: status.retainedBytes)
    }
}
