import EventLog
import GRDBSQLite
import Realtime
import Synchronization

extension LogWriter {
    /// Rows of the table of channels that one commit writes at most.
    private static let rowsPerCommit = 256

    /// Writes some channels' states; within a transaction.
    func flushStep(wall: Int64, time: Int64) throws(SQLiteFault) {
        self.flush.beginPassIfDue(number: self.committedNumber, now: false)
        try self.writeStates(wall: wall, time: time)
    }

    private var committedNumber: UInt64 { self.shared.state.withLock { $0.number } }

    private func writeStates(wall: Int64, time: Int64) throws(SQLiteFault) {
        let channels = self.flush.next(Self.rowsPerCommit)
        for channel in channels.reversed() {
            guard let state = self.shared.state.withLock({ $0.channels[channel] }) else { continue }
            try self.database.store(state, for: channel)
        }
        if let number = self.flush.completes(after: channels.count) {
            try self.database.storeProgress(flushed: number, wall: wall, time: time, isClean: false)
        }
    }

    /// Brings the whole table up to date, a few rows a transaction, unless asked to stop between two.
    func flushAll(while mayGoOn: () -> Bool = { true }) throws(SQLiteFault) {
        while self.flush.hasDirty, mayGoOn() {
            let (wall, time) = self.shared.time()
            self.flush.beginPassIfDue(number: self.number, now: true)
            try self.database.transaction { () throws(SQLiteFault) in try self.writeStates(wall: wall, time: time) }
            let written = self.flush.takeWritten()
            self.shared.state.withLock { state in
                for channel in written {
                    guard var current = state.channels[channel] else { continue }
                    current.isDirty = false
                    state.channels.store(current, for: channel)
                }
            }
        }
    }

    /// Reads what the table of channels does not know yet, and lets everybody see the log.
    func recover(_ start: LogStart) throws(SQLiteFault) {
        var channels = ChannelCache()
        var recent = RecentBlocks(capacity: self.settings.recentBytes)
        let blocks = try Statement(
            self.database.handle,
            """
            SELECT first, data FROM blocks
            WHERE first >= (SELECT coalesce(max(first), 0) FROM blocks WHERE first <= ?) ORDER BY first
            """
        )
        blocks.bind(1, start.flushed + 1)
        while try blocks.step() {
            let block = try LogBlock(first: blocks.unsigned(0), bytes: blocks.bytes(1))
            for index in block.index(from: start.flushed + 1)..<block.count {
                guard let record = block.record(at: index) else { throw .damaged }
                var known = channels[record.channel]
                if known == nil { known = try self.database.channel(record.channel) }
                var state = known ?? ChannelState(defaultPolicy: self.settings.defaultPolicy)
                if !state.isDirty { self.flush.noteDirty(record.channel) }
                state.isDirty = true
                if let policy = record.policy { state.setOwn(policy) }
                // The table may know later events already.
                if record.number > state.number {
                    state.advance(sequence: record.sequence, number: record.number)
                }
                channels.store(state, for: record.channel)
            }
            recent.append(block)
        }
        let cursors = try self.readCursors()
        let used = try self.database.usedBytes()
        self.shared.state.withLock { state in
            state.epoch = start.epoch
            state.reasonForEpoch = start.reason
            state.channels = channels
            state.recent = recent
            state.number = start.number
            state.clock = start.clock
            state.cursors = cursors
            state.status.failure = nil
            state.status.retainedBytes = used
            state.opening += 1
        }
    }

    private func readCursors() throws(SQLiteFault) -> [String: UInt64] {
        let statement = try Statement(self.database.handle, "SELECT name, number FROM cursors")
        var cursors: [String: UInt64] = [:]
        while try statement.step() {
            cursors[statement.text(0)] = statement.unsigned(1)
        }
        return cursors
    }

    /// Ends this life of the log cleanly.
    func finish() throws(SQLiteFault) {
        try self.flushAll()
        try self.database.execute("PRAGMA synchronous = FULL")
        let (wall, time) = self.shared.time()
        try self.database.transaction { () throws(SQLiteFault) in
            try self.database.storeProgress(flushed: self.number, wall: wall, time: time, isClean: true)
        }
        try self.database.checkpoint(SQLITE_CHECKPOINT_TRUNCATE)
        self.database.advanceMark(to: self.number)
        self.database.mark.synchronize()
    }
}
