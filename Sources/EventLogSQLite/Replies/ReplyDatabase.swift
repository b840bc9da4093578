import EventLog
import GRDB
import GRDBSQLite
import Realtime

/// The connection to the file of replies and its statements; confined to the writer's thread.
final class ReplyDatabase {
    /// What tells the file from other SQLite files; see "PRAGMA application_id".
    private static let applicationID: Int64 = 0x5254_4252
    private static let version: Int64 = 1
    /// How many pages of 4 KiB the write-ahead log takes before it is copied into the file: nothing is answered meanwhile.
    private static let checkpointPages = 2000
    /// How many expired rows one commit deletes: more than it adds, so that they never pile up.
    private static let trimmedRows: Int64 = 16
    /// How often it is looked for expired rows where there were none, in milliseconds.
    private static let trimInterval: Int64 = 1000

    private let handle: OpaquePointer
    private let path: String
    private let inode: UInt64
    private let begin: Statement
    private let commit: Statement
    private let insert: Statement
    private let oldest: Statement
    private let delete: Statement
    /// When it was last looked for expired rows and there were no more.
    private var trimmed: Int64 = .min

    /// Opens the file, makes it where it is missing, lends it, and closes it.
    ///
    /// - Throws: Where it is damaged, another program's, a newer version's, or held open by another process.
    static func with<Value>(
        _ settings: SQLiteReplySettings,
        _ body: (ReplyDatabase) throws -> Value
    ) throws(SQLiteFault) -> Value {
        let files = LogFiles(path: settings.path)
        try files.create()
        var configuration = Configuration()
        configuration.label = "replies"
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(1)
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { database in
            // Nobody else has a reason to read it, and a second bridge must not write it.
            try database.execute(
                sql: """
                    PRAGMA locking_mode = EXCLUSIVE;
                    PRAGMA synchronous = \(settings.sync == .full ? "FULL" : "NORMAL");
                    PRAGMA wal_autocheckpoint = \(Self.checkpointPages);
                    """
            )
        }
        do {
            let queue = try DatabaseQueue(path: files.database, configuration: configuration)
            let value = try queue.writeWithoutTransaction { database in
                guard let handle = database.sqliteConnection else { throw SQLiteFault.damaged }
                try Self.prepare(handle, path: files.database)
                return try body(try ReplyDatabase(handle, path: files.database))
            }
            try queue.close()
            return value
        } catch {
            throw SQLiteFault(error)
        }
    }

    /// Makes the table in an empty file, and refuses a file that is not one of ours.
    private static func prepare(_ handle: OpaquePointer, path: String) throws(SQLiteFault) {
        let application = try Self.value(handle, "PRAGMA application_id")
        let version = try Self.value(handle, "PRAGMA user_version")
        if application == 0, version == 0, try Self.value(handle, "SELECT count(*) FROM sqlite_schema") == 0 {
            try Self.execute(
                handle,
                """
                BEGIN IMMEDIATE;
                CREATE TABLE replies (id INTEGER PRIMARY KEY, expires INTEGER NOT NULL, body BLOB NOT NULL);
                PRAGMA application_id = \(Self.applicationID);
                PRAGMA user_version = \(Self.version);
                COMMIT;
                """
            )
            return
        }
        guard application == Self.applicationID else {
            throw SQLiteFault(code: SQLITE_MISMATCH, message: "the file \(path) is not a store of replies")
        }
        guard version <= Self.version else {
            throw SQLiteFault(
                code: SQLITE_MISMATCH,
                message: "the store of replies \(path) was written by a newer version of the bridge: use that"
            )
        }
    }

    private init(_ handle: OpaquePointer, path: String) throws(SQLiteFault) {
        self.handle = handle
        self.path = path
        self.inode = LogMark.inode(path) ?? 0
        self.begin = try Statement(handle, "BEGIN IMMEDIATE")
        self.commit = try Statement(handle, "COMMIT")
        self.insert = try Statement(handle, "INSERT INTO replies (expires, body) VALUES (?, ?)")
        self.oldest = try Statement(handle, "SELECT id, expires FROM replies ORDER BY id LIMIT ?")
        self.delete = try Statement(handle, "DELETE FROM replies WHERE id <= ?")
    }

    /// Commits replies as one row, and deletes a few rows that have expired.
    func keep(_ replies: [KeptReply], now: Int64) throws(SQLiteFault) {
        try self.transaction { () throws(SQLiteFault) in
            try self.trim(now: now)
            self.insert.bind(1, replies.reduce(.min) { max($0, $1.expires) })
            self.insert.bind(2, ReplyRow.encode(replies))
            try self.insert.run()
        }
    }

    /// Reads what has not expired.
    ///
    /// - Returns: The replies, and how many rows were damaged and are passed over.
    func load(now: Int64) throws(SQLiteFault) -> (replies: [KeptReply], damagedRows: Int) {
        var deleted = Self.trimmedRows
        while deleted == Self.trimmedRows {
            deleted = try self.transaction { () throws(SQLiteFault) in try self.deleteExpired(now: now) }
        }
        let rows = try Statement(self.handle, "SELECT body FROM replies WHERE expires > ? ORDER BY id")
        rows.bind(1, now)
        var replies: [KeptReply] = []
        var damagedRows = 0
        while try rows.step() {
            if let row = ReplyRow.decode(rows.bytes(0)) {
                replies += row.lazy.filter { $0.expires > now }
            } else {
                damagedRows += 1
            }
        }
        return (replies, damagedRows)
    }

    /// Deletes a few expired rows, where it is time to look for some.
    private func trim(now: Int64) throws(SQLiteFault) {
        // A clock that was set back is a reason to look as well.
        guard self.trimmed > now || now >= self.trimmed.addingReportingOverflow(Self.trimInterval).partialValue else {
            return
        }
        if try self.deleteExpired(now: now) < Self.trimmedRows { self.trimmed = now }
    }

    /// Deletes the oldest rows up to the first that has not expired; rows expire in the order of their numbers.
    private func deleteExpired(now: Int64) throws(SQLiteFault) -> Int64 {
        self.oldest.bind(1, Self.trimmedRows)
        var count: Int64 = 0
        var last: Int64?
        while try self.oldest.step() {
            guard self.oldest.int(1) <= now else {
                self.oldest.reset()
                break
            }
            last = self.oldest.int(0)
            count += 1
        }
        guard let last else { return 0 }
        self.delete.bind(1, last)
        try self.delete.run()
        return count
    }

    /// Runs a transaction; a failure takes all of it back.
    private func transaction<Value>(_ body: () throws(SQLiteFault) -> Value) throws(SQLiteFault) -> Value {
        guard LogMark.inode(self.path) == self.inode else { throw .gone }
        try self.begin.run()
        do throws(SQLiteFault) {
            let value = try body()
            try self.commit.run()
            return value
        } catch {
            if sqlite3_get_autocommit(self.handle) == 0 { sqlite3_exec(self.handle, "ROLLBACK", nil, nil, nil) }
            throw error
        }
    }

    private static func value(_ handle: OpaquePointer, _ sql: String) throws(SQLiteFault) -> Int64 {
        let statement = try Statement(handle, sql)
        guard try statement.step() else { return 0 }
        defer { statement.reset() }
        return statement.int(0)
    }

    private static func execute(_ handle: OpaquePointer, _ sql: String) throws(SQLiteFault) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw SQLiteFault(handle) }
    }
}
