import EventLog
import Realtime

/// The keys of the last ten minutes: they lie in a table, and are written with their events.
struct KeyWindow {
    /// What a key says of a draft.
    enum Answer {
        case new
        case repetition(sequence: UInt64, wall: Int64)
        case reused
        case full
    }

    private struct Usage {
        /// How many keys the channel has, at most: those that expired since it was counted are in it.
        var count: Int
        /// When one will have expired.
        var fullUntil: Int64 = .min
    }

    /// How many channels' counts are remembered; a channel that was forgotten is counted again.
    private static let maximumUsages = 16_384
    /// How many rows one step of ``sweep(time:)`` looks at.
    private static let sweepRows = 256

    private let find: Statement
    private let insert: Statement
    private let count: Statement
    private let oldest: Statement
    private let next: Statement
    private let delete: Statement
    private var usages: [ChannelHash: Usage] = [:]
    /// Keys stored since the last sweep.
    private var stored = 0
    /// Where the search for expired keys goes on; `nil` where the table is empty.
    private var sweepPosition: (channel: [UInt8], key: [UInt8])? = ([], [])

    init(_ database: OpaquePointer) throws(SQLiteFault) {
        self.find = try Statement(
            database, "SELECT sequence, digest, wall FROM keys WHERE channel = ? AND key = ? AND time > ?")
        self.insert = try Statement(
            database,
            "INSERT OR REPLACE INTO keys (channel, key, sequence, digest, wall, time) VALUES (?, ?, ?, ?, ?, ?)"
        )
        self.count = try Statement(database, "SELECT count(*) FROM keys WHERE channel = ? AND time > ?")
        self.oldest = try Statement(database, "SELECT min(time) FROM keys WHERE channel = ? AND time > ?")
        self.next = try Statement(
            database,
            "SELECT channel, key, time FROM keys WHERE (channel, key) > (?, ?) ORDER BY channel, key LIMIT ?"
        )
        self.delete = try Statement(database, "DELETE FROM keys WHERE channel = ? AND key = ?")
    }

    /// Whether the table may hold keys that have expired.
    var mayHoldExpired: Bool { self.sweepPosition != nil }

    /// Whether enough was stored that a sweep keeps pace.
    var isSweepDue: Bool { self.stored >= Self.sweepRows / 4 }

    /// Looks a draft's key up.
    mutating func look(up key: IdempotencyKey, of draft: EventDraft, time: Int64) throws(SQLiteFault) -> Answer {
        self.find.bind(1, draft.channel)
        self.find.bind(2, Self.bytes(key))
        self.find.bind(3, time - IdempotencyKey.lifetime)
        if try self.find.step() {
            defer { self.find.reset() }
            guard self.find.bytes(1) == draft.payload.digest else { return .reused }
            return .repetition(sequence: self.find.unsigned(0), wall: self.find.int(2))
        }
        return try self.isFull(draft.channel, time: time) ? .full : .new
    }

    /// Remembers a new event's key.
    mutating func store(
        _ key: IdempotencyKey,
        of draft: EventDraft,
        sequence: UInt64,
        wall: Int64,
        time: Int64
    ) throws(SQLiteFault) {
        self.insert.bind(1, draft.channel)
        self.insert.bind(2, Self.bytes(key))
        self.insert.bind(3, sequence)
        self.insert.bind(4, draft.payload.digest)
        self.insert.bind(5, wall)
        self.insert.bind(6, time)
        try self.insert.run()
        self.usages[draft.channel]?.count += 1
        self.stored += 1
        if self.sweepPosition == nil { self.sweepPosition = ([], []) }
    }

    /// Forgets what it believes of the table after a transaction was taken back.
    mutating func transactionFailed() {
        self.usages = [:]
        self.sweepPosition = ([], [])
    }

    private mutating func isFull(_ channel: ChannelHash, time: Int64) throws(SQLiteFault) -> Bool {
        if let usage = self.usages[channel] {
            if usage.count < IdempotencyKey.maximumCount { return false }
            if time < usage.fullUntil { return true }
        }
        if self.usages.count >= Self.maximumUsages { self.usages = [:] }
        var usage = Usage(count: Int(try Self.value(self.count, channel, time - IdempotencyKey.lifetime)))
        if usage.count >= IdempotencyKey.maximumCount {
            usage.fullUntil =
                try Self.value(self.oldest, channel, time - IdempotencyKey.lifetime) + IdempotencyKey.lifetime
        }
        self.usages[channel] = usage
        return usage.count >= IdempotencyKey.maximumCount
    }

    private static func value(
        _ statement: Statement, _ channel: ChannelHash, _ after: Int64
    ) throws(SQLiteFault) -> Int64 {
        statement.bind(1, channel)
        statement.bind(2, after)
        guard try statement.step() else { return 0 }
        defer { statement.reset() }
        return statement.int(0)
    }

    /// Deletes some of the keys that have expired; within a transaction.
    mutating func sweep(time: Int64) throws(SQLiteFault) {
        guard let position = self.sweepPosition else { return }
        self.stored = 0
        self.next.bind(1, position.channel)
        self.next.bind(2, position.key)
        self.next.bind(3, Int64(Self.sweepRows))
        var rows: [(channel: [UInt8], key: [UInt8], time: Int64)] = []
        while try self.next.step() {
            rows.append((self.next.bytes(0), self.next.bytes(1), self.next.int(2)))
        }
        for row in rows where row.time <= time - IdempotencyKey.lifetime {
            self.delete.bind(1, row.channel)
            self.delete.bind(2, row.key)
            try self.delete.run()
        }
        if rows.count == Self.sweepRows, let last = rows.last {
            self.sweepPosition = (last.channel, last.key)
        } else {
            // At the end: begins anew, or, where nothing was found from the beginning on, rests.
            self.sweepPosition = rows.isEmpty && position.channel.isEmpty ? nil : ([], [])
        }
    }

    /// The key with its publisher, whose length goes ahead so that no two pairs are the same bytes.
    private static func bytes(_ key: IdempotencyKey) -> [UInt8] {
        var bytes: [UInt8] = []
        let publisher = key.publisher.utf8
        bytes.reserveCapacity(2 + publisher.count + key.bytes.count)
        withUnsafeBytes(of: UInt16(truncatingIfNeeded: publisher.count)) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: publisher)
        bytes.append(contentsOf: key.bytes)
        return bytes
    }
}
