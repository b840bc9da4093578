public import Realtime

/// How a log is doing.
public struct EventLogStatus: Sendable, Hashable {
    /// What the last write failed with; `nil` where it worked.
    public var failure: RealtimeError?
    /// What trimming failed with: the log works, but grows.
    public var trimmingFailure: RealtimeError?
    /// Commits since the log was opened.
    public var commits: UInt64 = 0
    /// Events appended since the log was opened.
    public var events: UInt64 = 0
    /// Bytes of the payloads appended since the log was opened.
    public var bytes: UInt64 = 0
    /// Commits that failed since the log was opened.
    public var failures: UInt64 = 0
    /// Appends and reads refused with `busy` since the log was opened.
    public var refused: UInt64 = 0
    /// Bytes that the retained events take.
    public var retainedBytes: UInt64 = 0

    /// Creates the status of a log that has just been opened.
    public init() {}

    /// Whether the last write worked.
    public var isWorking: Bool { self.failure == nil }
}
