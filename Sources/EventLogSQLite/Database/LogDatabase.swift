import EventLog
import GRDB
import GRDBSQLite
import Realtime

/// The writer's connection and its statements; confined to the writer's thread.
final class LogDatabase {
    /// How many pages the write-ahead log has before it is taken over into the file: 4 MiB.
    private static let checkpointPages: Int32 = 1000

    let handle: OpaquePointer
    let files: LogFiles
    let mark: LogMark
    private let defaultPolicy: ChannelPolicy
    /// The inode of the file that was opened.
    let inode: UInt64

    private let begin: Statement
    private let commit: Statement
    private let insertBlock: Statement
    private let insertAnchor: Statement
    private let selectChannel: Statement
    private let replaceChannel: Statement
    private let pageCount: Statement
    private let freePages: Statement
    /// SQLite writes the pages of the write-ahead log here after each commit.
    private let walPages: UnsafeMutablePointer<Int32>
    private var nextCheckpoint = checkpointPages
    /// The user version that the present write-ahead log holds; each takeover is followed by a higher one.
    private(set) var cycle: UInt32
    /// The write-ahead log was taken over, and nothing was written since.
    private var isCycleDue = true
    private var isSaltDue = true

    init(
        _ handle: OpaquePointer,
        files: LogFiles,
        mark: LogMark,
        defaultPolicy: ChannelPolicy
    ) throws(SQLiteFault) {
        self.defaultPolicy = defaultPolicy
        self.handle = handle
        self.files = files
        self.mark = mark
        self.inode = LogMark.inode(files.database) ?? 0
        self.begin = try Statement(handle, "BEGIN IMMEDIATE")
        self.commit = try Statement(handle, "COMMIT")
        self.insertBlock = try Statement(handle, "INSERT INTO blocks (first, data) VALUES (?, ?)")
        self.insertAnchor = try Statement(
            handle, "INSERT OR REPLACE INTO anchors (channel, sequence, number, time) VALUES (?, ?, ?, ?)")
        self.selectChannel = try Statement(handle, ChannelState.select)
        self.replaceChannel = try Statement(
            handle,
            """
            INSERT OR REPLACE INTO channels (channel, sequence, number, retention_time, retention_events, flags)
            VALUES (?, ?, ?, ?, ?, ?)
            """
        )
        self.pageCount = try Statement(handle, "PRAGMA page_count")
        self.freePages = try Statement(handle, "PRAGMA freelist_count")
        let version = try Statement(handle, "PRAGMA user_version")
        self.cycle = try version.step() ? UInt32(truncatingIfNeeded: version.int(0)) : 0
        version.reset()
        self.walPages = .allocate(capacity: 1)
        self.walPages.initialize(to: 0)
        let hook: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UnsafePointer<CChar>?, Int32) -> Int32 = {
            context, _, _, pages in
            context?.assumingMemoryBound(to: Int32.self).pointee = pages
            return SQLITE_OK
        }
        sqlite3_wal_hook(handle, hook, self.walPages)
    }

    deinit {
        sqlite3_wal_hook(self.handle, nil, nil)
        self.walPages.deallocate()
    }

    func execute(_ sql: String) throws(SQLiteFault) {
        guard sqlite3_exec(self.handle, sql, nil, nil, nil) == SQLITE_OK else { throw SQLiteFault(self.handle) }
    }

    /// Runs a transaction; a failure takes all of it back.
    func transaction<Value>(_ body: () throws(SQLiteFault) -> Value) throws(SQLiteFault) -> Value {
        guard LogMark.inode(self.files.database) == self.inode else { throw .gone }
        try self.begin.run()
        do throws(SQLiteFault) {
            if self.isCycleDue { try self.execute("PRAGMA user_version = \(self.cycle &+ 1)") }
            let value = try body()
            try self.commit.run()
            if self.isCycleDue {
                self.cycle &+= 1
                self.isCycleDue = false
                self.isSaltDue = true
            }
            return value
        } catch {
            if sqlite3_get_autocommit(self.handle) == 0 { sqlite3_exec(self.handle, "ROLLBACK", nil, nil, nil) }
            throw error
        }
    }

    /// Says beside the file how far the log has come.
    func advanceMark(to number: UInt64) {
        guard var content = self.mark.content else { return }
        content.number = max(content.number, number)
        if self.isSaltDue {
            content.walSalt = self.files.walSalt ?? 0
            content.checkpoints = self.cycle &- 1
            self.isSaltDue = false
        }
        self.mark.write(content)
    }

    /// Takes the write-ahead log over into the file once it is large.
    func checkpointIfDue() throws(SQLiteFault) {
        guard self.walPages.pointee >= self.nextCheckpoint else { return }
        try self.checkpoint(SQLITE_CHECKPOINT_PASSIVE)
    }

    /// Takes the write-ahead log over into the file, as far as readers let it; see sqlite3_wal_checkpoint_v2.
    func checkpoint(_ mode: Int32) throws(SQLiteFault) {
        var pages: Int32 = 0
        var taken: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(self.handle, nil, mode, &pages, &taken)
        guard code == SQLITE_OK || code == SQLITE_BUSY else { throw SQLiteFault(self.handle) }
        if code == SQLITE_OK, pages == taken {
            self.isCycleDue = true
            self.nextCheckpoint = Self.checkpointPages
            self.walPages.pointee = 0
        } else {
            self.nextCheckpoint = pages + Self.checkpointPages / 4
        }
    }

    /// The bytes of the file that are in use.
    func usedBytes() throws(SQLiteFault) -> UInt64 {
        UInt64(max(0, try Self.value(self.pageCount) - Self.value(self.freePages))) * 4096
    }

    private static func value(_ statement: Statement) throws(SQLiteFault) -> Int64 {
        guard try statement.step() else { return 0 }
        defer { statement.reset() }
        return statement.int(0)
    }

    func insert(_ block: LogBlock) throws(SQLiteFault) {
        self.insertBlock.bind(1, block.first)
        try self.insertBlock.run(2, uncopied: block.bytes)
    }

    func insertAnchor(_ channel: ChannelHash, _ state: ChannelState, time: Int64) throws(SQLiteFault) {
        self.insertAnchor.bind(1, channel)
        self.insertAnchor.bind(2, state.sequence)
        self.insertAnchor.bind(3, state.number)
        self.insertAnchor.bind(4, time)
        try self.insertAnchor.run()
    }

    /// The state that the table has of a channel.
    func channel(_ channel: ChannelHash) throws(SQLiteFault) -> ChannelState? {
        try ChannelState.load(channel, self.selectChannel, defaultPolicy: self.defaultPolicy)
    }

    func store(_ state: ChannelState, for channel: ChannelHash) throws(SQLiteFault) {
        self.replaceChannel.bind(1, channel)
        self.replaceChannel.bind(2, state.sequence)
        self.replaceChannel.bind(3, state.number)
        self.replaceChannel.bind(4, state.policy.retention.time)
        self.replaceChannel.bind(5, Int64(state.policy.retention.events))
        self.replaceChannel.bind(6, Int64(state.flags))
        try self.replaceChannel.run()
    }
}
