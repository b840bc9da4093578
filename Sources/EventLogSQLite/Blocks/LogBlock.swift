import EventLog
import Realtime

/// A block of events as it was stored, found to be whole.
struct LogBlock: Sendable {
    /// Where a record lies, and what is needed to go on from it.
    struct Record: Sendable {
        let number: UInt64
        let channel: ChannelHash
        let sequence: UInt64
        /// The number of the channel's event before; 0 where there is none.
        let previous: UInt64
        let policy: ChannelPolicy?
        /// All of the record in the block's bytes.
        let range: Range<Int>
        fileprivate let user: Range<Int>?
        fileprivate let payload: Range<Int>

        var payloadBytes: Int { self.payload.count }
    }

    /// The number of the first event that it had when it was first written.
    let first: UInt64
    let bytes: [UInt8]
    let count: Int
    /// When its events were committed, in Unix milliseconds.
    let wall: Int64
    /// The log time of that moment.
    let time: Int64
    /// The longest time for which one of its events was to be kept.
    let longestRetention: Int64
    private let directory: Int

    /// The block that a builder has built.
    init(
        first: UInt64,
        bytes: [UInt8],
        count: Int,
        wall: Int64,
        time: Int64,
        longestRetention: Int64,
        directory: Int
    ) {
        self.first = first
        self.bytes = bytes
        self.count = count
        self.wall = wall
        self.time = time
        self.longestRetention = longestRetention
        self.directory = directory
    }

    /// Reads a block.
    ///
    /// - Throws: `damaged` where the bytes are not what was written.
    init(first: UInt64, bytes: [UInt8]) throws(SQLiteFault) {
        guard let block = Self(first: first, checking: bytes) else { throw .damaged }
        self = block
    }

    private init?(first: UInt64, checking bytes: [UInt8]) {
        let checksumOffset = bytes.count - BlockFormat.checksumBytes
        guard checksumOffset >= BlockFormat.headerBytes, bytes[0] == BlockFormat.version else { return nil }
        let (isWhole, count) = bytes.withUnsafeBytes { bytes in
            let expected = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: checksumOffset, as: UInt64.self))
            return (
                Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<checksumOffset])) == expected,
                Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
            )
        }
        let directory = checksumOffset - count * BlockFormat.directoryEntryBytes
        guard isWhole, directory >= BlockFormat.headerBytes else { return nil }
        self.first = first
        self.bytes = bytes
        self.count = count
        self.directory = directory
        (self.wall, self.time, self.longestRetention) = bytes.withUnsafeBytes { bytes in
            (
                Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self)),
                Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: Int64.self)),
                Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: Int64.self))
            )
        }
    }

    /// The number of its last event; 0 for a block without any.
    var last: UInt64 { self.count == 0 ? 0 : self.number(at: self.count - 1) }

    private func number(at index: Int) -> UInt64 {
        self.first + UInt64(self.load(UInt32.self, at: self.directory + index * BlockFormat.directoryEntryBytes))
    }

    /// The index of the first event whose number is at least this.
    func index(from number: UInt64) -> Int {
        var low = 0
        var high = self.count
        while low < high {
            let middle = (low + high) / 2
            if self.number(at: middle) < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The record of a number; `nil` where it was trimmed away.
    func record(number: UInt64) -> Record? {
        let index = self.index(from: number)
        guard index < self.count, self.number(at: index) == number else { return nil }
        return self.record(at: index)
    }

    /// The record at an index below `count`; `nil` where it cannot be one.
    func record(at index: Int) -> Record? {
        let entry = self.directory + index * BlockFormat.directoryEntryBytes
        let start = Int(self.load(UInt32.self, at: entry + 4))
        guard start >= BlockFormat.headerBytes, start + BlockFormat.recordBytes <= self.directory,
            let channel = self.bytes.withUnsafeBytes({ bytes in
                ChannelHash(stored: UnsafeRawBufferPointer(rebasing: bytes[start...]))
            })
        else { return nil }
        let flags = self.bytes[start + 42]
        var offset = start + BlockFormat.recordBytes
        var policy: ChannelPolicy?
        if flags & BlockFormat.hasPolicy != 0 {
            guard offset + BlockFormat.policyBytes <= self.directory else { return nil }
            policy = ChannelPolicy(
                time: self.load(Int64.self, at: offset),
                events: self.load(Int64.self, at: offset + 8),
                flags: self.bytes[offset + 16]
            )
            offset += BlockFormat.policyBytes
        }
        let userEnd = offset + Int(self.load(UInt16.self, at: start + 40))
        let end = userEnd + Int(self.load(UInt32.self, at: start + 36))
        guard end <= self.directory else { return nil }
        return Record(
            number: self.number(at: index),
            channel: channel,
            sequence: self.load(UInt64.self, at: start + 20),
            previous: self.load(UInt64.self, at: start + 28),
            policy: policy,
            range: start..<end,
            user: flags & BlockFormat.hasUser != 0 ? offset..<userEnd : nil,
            payload: userEnd..<end
        )
    }

    /// The event of a record, under the log's present epoch.
    func event(_ record: Record, epoch: Epoch) -> EventRecord {
        EventRecord(
            sequence: record.sequence,
            epoch: epoch,
            time: self.wall,
            by: record.user.map { String(decoding: self.bytes[$0], as: UTF8.self) },
            payload: EventPayload(stored: Array(self.bytes[record.payload]))
        )
    }

    private func load<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value {
        Value(littleEndian: self.bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) })
    }
}
