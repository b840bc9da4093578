import EventLog
import GRDB
import GRDBSQLite
import Realtime

extension LogDatabase {
    /// Opens the database, makes it where it is missing, brings its tables up to date, and lends it.
    ///
    /// With `isFirst`, no connection of this process has been there before. The connection is closed afterwards.
    static func with<Value>(
        _ settings: SQLiteLogSettings,
        files: LogFiles,
        mark: LogMark,
        isFirst: Bool,
        _ body: (LogDatabase) throws -> Value
    ) throws(SQLiteFault) -> Value {
        if isFirst { try files.removeForeignLog(mark.content) }
        try files.create()
        var configuration = Configuration()
        configuration.label = "event log"
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(5)
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { database in
            // Starting and ending wait for the disk in any case: a new life must not begin twice.
            try database.execute(
                sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16000")
        }
        do {
            let queue = try DatabaseQueue(path: files.database, configuration: configuration)
            let isNewer = try queue.read { try LogSchema.migrator.hasBeenSuperseded($0) }
            guard !isNewer else {
                throw SQLiteFault(
                    code: SQLITE_MISMATCH,
                    message: "the event log \(files.database) was written by a newer version of the bridge: use that"
                )
            }
            try LogSchema.migrator.migrate(queue)
            let value = try queue.writeWithoutTransaction { database in
                guard let handle = database.sqliteConnection else { throw SQLiteFault.damaged }
                return try body(
                    try LogDatabase(handle, files: files, mark: mark, defaultPolicy: settings.defaultPolicy))
            }
            try queue.close()
            return value
        } catch {
            throw SQLiteFault(error)
        }
    }

    /// Begins a life of the log: decides on the epoch, and finds out where it stopped.
    func start(_ settings: SQLiteLogSettings) throws(SQLiteFault) -> LogStart {
        try self.checkpoint(SQLITE_CHECKPOINT_TRUNCATE)
        let wall = settings.now()
        let stored = try StoredLog.read(self.handle)
        let lastBlock = try self.lastBlock()
        let number = max(stored?.flushed ?? 0, lastBlock?.last ?? 0)
        let reason = self.reasonForNewEpoch(stored, number: number, settings)
        var generator = SystemRandomNumberGenerator()
        let identity = stored?.identity ?? (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let epoch = reason == nil ? stored?.epoch : nil
        var start = LogStart(
            epoch: epoch ?? Epoch.random(using: &generator),
            reason: stored == nil ? nil : reason,
            number: number,
            flushed: stored?.flushed ?? 0,
            clock: stored.map { LogClock(wall: $0.wall, time: $0.time) } ?? LogClock(wall: wall)
        )
        if let lastBlock, lastBlock.time >= stored?.time ?? .min {
            start.clock = LogClock(wall: lastBlock.wall, time: lastBlock.time)
        }
        let time = start.clock.advance(to: wall)
        try self.transaction { () throws(SQLiteFault) in
            let statement = try Statement(self.handle, StoredLog.replace)
            statement.bind(1, identity)
            statement.bind(2, start.epoch.description)
            statement.bind(3, settings.bootID)
            statement.bind(4, settings.sync.rawValue)
            statement.bind(5, start.flushed)
            statement.bind(6, wall)
            statement.bind(7, time)
            try statement.run()
        }
        try self.checkpoint(SQLITE_CHECKPOINT_TRUNCATE)
        try self.execute("PRAGMA synchronous = \(settings.sync == .full ? "FULL" : "NORMAL")")
        let content = LogMark.Content(
            identity: identity,
            number: number,
            checkpoints: self.cycle,
            databaseInode: self.inode,
            markInode: self.mark.inode
        )
        self.mark.write(content)
        self.mark.synchronize()
        return start
    }

    /// Why positions could be given twice; `nil` where they cannot.
    private func reasonForNewEpoch(_ stored: StoredLog?, number: UInt64, _ settings: SQLiteLogSettings) -> String? {
        guard let stored, stored.epoch != nil else { return "the event log is new" }
        guard let mark = self.mark.content, mark.identity == stored.identity else {
            return "the event log's mark is missing or another database's"
        }
        if number < mark.number { return "the event log is an older copy" }
        if mark.databaseInode != self.inode || mark.markInode != self.mark.inode {
            return "the event log's files were put there from elsewhere"
        }
        if !stored.isClean, stored.sync != .full, stored.bootID != settings.bootID {
            return "the machine ended without the event log being closed"
        }
        return nil
    }

    private func lastBlock() throws(SQLiteFault) -> LogBlock? {
        let statement = try Statement(self.handle, "SELECT first, data FROM blocks ORDER BY first DESC LIMIT 1")
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return try LogBlock(first: statement.unsigned(0), bytes: statement.bytes(1))
    }

    /// Notes how far the table of channels has come, and the time.
    func storeProgress(flushed: UInt64, wall: Int64, time: Int64, isClean: Bool) throws(SQLiteFault) {
        let statement = try Statement(self.handle, "UPDATE log SET flushed = ?, wall = ?, time = ?, clean = ?")
        statement.bind(1, flushed)
        statement.bind(2, wall)
        statement.bind(3, time)
        statement.bind(4, isClean ? 1 : 0 as Int64)
        try statement.run()
    }
}

/// Where a life of the log begins.
struct LogStart {
    let epoch: Epoch
    /// Why the epoch is a new one, though the log is not.
    let reason: String?
    /// The last event's number.
    let number: UInt64
    /// Up to this number the table of channels knows all.
    let flushed: UInt64
    var clock: LogClock
}

/// The one row of `log`.
private struct StoredLog {
    static let replace = """
        INSERT OR REPLACE INTO log (id, identity, epoch, boot, sync, clean, flushed, wall, time)
        VALUES (1, ?, ?, ?, ?, 0, ?, ?, ?)
        """

    let identity: [UInt8]
    let epoch: Epoch?
    let bootID: String
    let sync: SQLiteLogSettings.Sync?
    let isClean: Bool
    let flushed: UInt64
    let wall: Int64
    let time: Int64

    static func read(_ handle: OpaquePointer) throws(SQLiteFault) -> StoredLog? {
        let row = try Statement(handle, "SELECT identity, epoch, boot, sync, clean, flushed, wall, time FROM log")
        guard try row.step() else { return nil }
        defer { row.reset() }
        return StoredLog(
            identity: row.bytes(0),
            epoch: Epoch(row.text(1)),
            bootID: row.text(2),
            sync: SQLiteLogSettings.Sync(rawValue: row.text(3)),
            isClean: row.int(4) != 0,
            flushed: row.unsigned(5),
            wall: row.int(6),
            time: row.int(7)
        )
    }
}
