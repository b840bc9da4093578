/// How a store of replies in a SQLite file works.
public struct SQLiteReplySettings: Sendable {
    /// The file; beside it lies SQLite's own `-wal`.
    public var path: String
    /// What a kept reply survives.
    public var sync: SQLiteLogSettings.Sync
    /// The time of day, in Unix milliseconds.
    public var now: @Sendable () -> Int64

    /// Creates settings.
    public init(path: String, sync: SQLiteLogSettings.Sync = .normal, now: @escaping @Sendable () -> Int64) {
        self.path = path
        self.sync = sync
        self.now = now
    }
}
