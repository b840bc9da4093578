import EventLog
import GRDBSQLite
import Realtime

/// Takes trimmed events out of the file, a few blocks at a time.
///
/// Readers do not rely on it: they decide themselves what is retained. It works in three ways, in this order. Beyond
/// the bound on bytes the oldest events go. Blocks at the front whose events have all had their time go, or shrink to
/// the last events of `retain: last` channels. And once there is three times as much as the last pass left, or half the
/// bound, a pass looks at every block and takes out what is no longer retained, so that a busy channel's leavings do
/// not push a quiet channel's events beyond the bound.
struct Trimmer {
    /// A pass is not worth it for less, in bytes.
    private static let worthwhile: UInt64 = 64 << 20
    /// Bytes looked at for each byte appended.
    private static let pace = 3
    /// Bytes that one step looks at, between two commits.
    private static let stepBytes = 256 << 10
    /// How often an idle log is looked through, in milliseconds of log time.
    private static let idleInterval: Int64 = 60_000

    private let next: Statement
    private let delete: Statement
    private let update: Statement
    private let deleteAnchor: Statement
    private let maximumBytes: UInt64
    private var passTrigger: UInt64
    private var passPosition: UInt64?
    private var dropPosition: UInt64 = 0
    private var frontPosition: UInt64 = 0
    /// When the block at the front has had its time; `nil` where that is not known.
    private var frontDeadline: Int64?
    private var debt = 0
    private var nextIdlePass: Int64 = .min
    private(set) var used: UInt64 = 0

    init(_ database: OpaquePointer, maximumBytes: UInt64) throws(SQLiteFault) {
        self.next = try Statement(
            database, "SELECT first, data FROM blocks WHERE first > ? ORDER BY first LIMIT 1")
        self.delete = try Statement(database, "DELETE FROM blocks WHERE first = ?")
        self.update = try Statement(database, "UPDATE blocks SET data = ?2 WHERE first = ?1")
        self.deleteAnchor = try Statement(database, "DELETE FROM anchors WHERE channel = ? AND sequence = ?")
        self.maximumBytes = maximumBytes
        self.passTrigger = min(Self.worthwhile, maximumBytes / 4)
    }

    mutating func noteAppended(bytes: Int) {
        self.debt += bytes * Self.pace
    }

    /// Whether enough was appended that a step keeps pace.
    var isDue: Bool { self.debt >= Self.stepBytes }

    /// Begins a pass over an idle log now and then.
    mutating func noteIdle(time: Int64) {
        guard time >= self.nextIdlePass, self.used >= self.passTrigger / 4 else { return }
        self.nextIdlePass = time + Self.idleInterval
        self.passPosition = self.passPosition ?? 0
    }

    /// Looks at some blocks; within a transaction.
    ///
    /// - Parameters:
    ///   - used: The bytes of the file that are in use.
    ///   - flushed: Blocks with later events are left alone, because a start has to read them.
    ///   - time: The present log time.
    ///   - state: A channel's state.
    /// - Returns: Whether there is more to do at once.
    /// - Throws: What SQLite failed with.
    mutating func step(
        used: UInt64,
        flushed: UInt64,
        time: Int64,
        state: (ChannelHash) throws(SQLiteFault) -> ChannelState?
    ) throws(SQLiteFault) -> Bool {
        self.used = used
        self.debt = 0
        var looked = 0
        while looked < Self.stepBytes {
            let trim: Trim
            if self.used > self.maximumBytes {
                trim = Trim(after: self.dropPosition, drops: true, isThorough: true)
            } else if try self.isFrontPast(time: time) {
                trim = Trim(after: self.frontPosition, drops: false, isThorough: true)
            } else if let position = self.passPosition {
                trim = Trim(after: position, drops: false, isThorough: false)
            } else if self.used >= self.passTrigger {
                self.passPosition = 0
                continue
            } else {
                return false
            }
            guard let block = try self.block(after: trim.after), block.last <= flushed else {
                self.end(trim)
                return false
            }
            looked += block.bytes.count
            try self.apply(trim, to: block, time: time, state: state)
            if trim.drops {
                self.dropPosition = block.first
            } else if trim.isThorough {
                self.frontPosition = block.first
                self.frontDeadline = nil
            } else {
                self.passPosition = block.first
            }
        }
        return true
    }

    /// How blocks are trimmed.
    private struct Trim {
        /// The block before, by its first event's number.
        let after: UInt64
        /// Takes retained events too, except the last of `retain: last`.
        let drops: Bool
        /// Writes a block anew even for little.
        let isThorough: Bool
    }

    private mutating func end(_ trim: Trim) {
        if trim.drops {
            self.dropPosition = 0
        } else if trim.isThorough {
            self.frontPosition = 0
            self.frontDeadline = .max
        } else {
            self.passPosition = nil
            self.frontPosition = 0
            self.frontDeadline = nil
            let least = min(Self.worthwhile, self.maximumBytes / 4)
            let most = max(self.maximumBytes / 2, self.used + self.maximumBytes / 16)
            self.passTrigger = min(max(least, 3 * self.used), most)
        }
    }

    private mutating func isFrontPast(time: Int64) throws(SQLiteFault) -> Bool {
        if self.frontDeadline == nil {
            guard let block = try self.block(after: self.frontPosition) else { return false }
            let (deadline, overflow) = block.time.addingReportingOverflow(max(0, block.longestRetention))
            self.frontDeadline = overflow ? .max : deadline
        }
        return self.frontDeadline.map { $0 < time } ?? false
    }

    /// The next block; one that is damaged is deleted, so that its readers are told of a gap.
    private func block(after position: UInt64) throws(SQLiteFault) -> LogBlock? {
        self.next.bind(1, position)
        while try self.next.step() {
            let first = self.next.unsigned(0)
            let bytes = self.next.bytes(1)
            self.next.reset()
            if let block = try? LogBlock(first: first, bytes: bytes) { return block }
            self.delete.bind(1, first)
            try self.delete.run()
        }
        return nil
    }

    private mutating func apply(
        _ trim: Trim,
        to block: LogBlock,
        time: Int64,
        state: (ChannelHash) throws(SQLiteFault) -> ChannelState?
    ) throws(SQLiteFault) {
        var kept: [LogBlock.Record] = []
        var gone: [LogBlock.Record] = []
        var goneBytes = 0
        for index in 0..<block.count {
            guard let record = block.record(at: index) else { continue }
            if let state = try state(record.channel),
                state.keeps(record.sequence, time: block.time, now: time),
                !trim.drops || state.policy.retainsLast && state.sequence == record.sequence
            {
                kept.append(record)
            } else {
                gone.append(record)
                goneBytes += record.range.count
            }
        }
        guard !gone.isEmpty, kept.isEmpty || trim.isThorough || goneBytes * 4 >= block.bytes.count else { return }
        for record in gone where record.sequence.isMultiple(of: LogSchema.anchorInterval) {
            self.deleteAnchor.bind(1, record.channel)
            self.deleteAnchor.bind(2, record.sequence)
            try self.deleteAnchor.run()
        }
        if kept.isEmpty {
            self.delete.bind(1, block.first)
            try self.delete.run()
            goneBytes = block.bytes.count
        } else {
            var builder = BlockBuilder(of: block)
            for record in kept { builder.append(record, of: block) }
            self.update.bind(1, block.first)
            try self.update.run(2, uncopied: builder.finish().bytes)
        }
        self.used -= min(self.used, UInt64(goneBytes))
    }
}
