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
        let path = name.hasPrefix("/") ? name : (self.directory.map { $0 + "/" } ?? "") + name
        let log = try await SQLiteEventLog.open(
            SQLiteLogSettings(
                path: path,
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
