import EventLog
import EventLogSQLite
import Logging
import Realtime

extension Configuration {
    /// Opens the event log that is configured.
    ///
    /// - Throws: `log_unavailable`, with a sentence for the operator.
    func openLog(logger: Logger) async throws(RealtimeError) -> any EventLog {
        let now: @Sendable () -> Int64 = { WallClock.milliseconds }
        guard case .sqlite(let name, let sync) = self.log else {
            return InMemoryEventLog(defaultPolicy: self.defaultPolicy, now: now)
        }
        let log = try await SQLiteEventLog.open(
            SQLiteLogSettings(
                path: self.path(of: name),
                sync: sync,
                defaultPolicy: self.defaultPolicy,
                maximumBytes: self.retainedBytes,
                now: now
            )
        )
        if let reason = log.opening.reasonForEpoch {
            logger.notice("the event log begins a new epoch", metadata: ["reason": "\(reason)"])
        }
        return log
    }
}

extension Configuration {
    /// Opens the store of replies that lies beside the event log; `nil` where the log is in memory.
    ///
    /// - Throws: `log_unavailable`, with a sentence for the operator.
    func openReplies() async throws(RealtimeError) -> SQLiteReplyStore? {
        guard case .sqlite(let name, let sync) = self.log else { return nil }
        let path = self.path(of: name)
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        return try await SQLiteReplyStore.open(
            SQLiteReplySettings(path: folder + "replies.sqlite", sync: sync, now: { WallClock.milliseconds })
        )
    }

    /// A relative path lies in the data folder.
    private func path(of name: String) -> String {
        name.hasPrefix("/") ? name : (self.directory.map { $0 + "/" } ?? "") + name
    }
}
