import EventLog
import Realtime

/// Packs events of one commit into a block.
struct BlockBuilder {
    /// The number of the first event that the block had when it was first written.
    let first: UInt64
    private let wall: Int64
    private let time: Int64
    private var longestRetention: Int64 = 0
    private var bytes: [UInt8] = []
    private var directory: [UInt8] = []
    private(set) var count = 0

    init(first: UInt64, wall: Int64, time: Int64, expectedBytes: Int) {
        self.first = first
        self.wall = wall
        self.time = time
        self.bytes.reserveCapacity(BlockFormat.headerBytes + expectedBytes)
        self.bytes.append(contentsOf: repeatElement(0, count: BlockFormat.headerBytes))
    }

    /// Begins another form of a block, with some of its events.
    init(of block: LogBlock) {
        self.init(first: block.first, wall: block.wall, time: block.time, expectedBytes: block.bytes.count)
    }

    /// Whether the next event goes into another block.
    var isFull: Bool { self.bytes.count >= BlockFormat.targetBytes || self.count >= BlockFormat.maximumCount }

    /// Appends a record.
    ///
    /// - Parameters:
    ///   - draft: The event.
    ///   - state: Its channel's state after this event.
    ///   - previous: The number of the channel's event before; 0 where there is none.
    ///   - storesPolicy: The channel's policy is not what it was.
    mutating func append(_ draft: EventDraft, _ state: ChannelState, previous: UInt64, storesPolicy: Bool) {
        self.appendEntry(number: state.number)
        self.longestRetention = max(self.longestRetention, state.policy.retention.time)
        let user = draft.by?.utf8.prefix(Int(UInt16.max))
        draft.channel.withStoredBytes { self.bytes.append(contentsOf: $0) }
        self.append(state.sequence)
        self.append(previous)
        self.append(UInt32(truncatingIfNeeded: draft.payload.bytes.count))
        self.append(UInt16(truncatingIfNeeded: user?.count ?? 0))
        self.bytes.append((user != nil ? BlockFormat.hasUser : 0) | (storesPolicy ? BlockFormat.hasPolicy : 0))
        if storesPolicy {
            self.append(state.policy.retention.time)
            self.append(Int64(state.policy.retention.events))
            self.bytes.append(state.policy.flags)
        }
        if let user { self.bytes.append(contentsOf: user) }
        self.bytes.append(contentsOf: draft.payload.bytes)
    }

    /// Appends a record of an earlier form of the block as it is.
    mutating func append(_ record: LogBlock.Record, of block: LogBlock) {
        self.appendEntry(number: record.number)
        self.longestRetention = max(self.longestRetention, block.longestRetention)
        self.bytes.append(contentsOf: block.bytes[record.range])
    }

    /// The block, as it is stored.
    consuming func finish() -> LogBlock {
        var bytes = self.bytes
        bytes.withUnsafeMutableBytes { header in
            header[0] = BlockFormat.version
            header.storeBytes(of: UInt32(self.count).littleEndian, toByteOffset: 4, as: UInt32.self)
            header.storeBytes(of: self.wall.littleEndian, toByteOffset: 8, as: Int64.self)
            header.storeBytes(of: self.time.littleEndian, toByteOffset: 16, as: Int64.self)
            header.storeBytes(of: self.longestRetention.littleEndian, toByteOffset: 24, as: Int64.self)
        }
        let directory = bytes.count
        bytes.append(contentsOf: self.directory)
        let checksum = bytes.withUnsafeBytes { Checksum.of($0) }
        withUnsafeBytes(of: checksum.littleEndian) { bytes.append(contentsOf: $0) }
        return LogBlock(
            first: self.first,
            bytes: bytes,
            count: self.count,
            wall: self.wall,
            time: self.time,
            longestRetention: self.longestRetention,
            directory: directory
        )
    }

    private mutating func appendEntry(number: UInt64) {
        self.count += 1
        let delta = UInt32(truncatingIfNeeded: number - self.first).littleEndian
        let offset = UInt32(truncatingIfNeeded: self.bytes.count).littleEndian
        withUnsafeBytes(of: (delta, offset)) { self.directory.append(contentsOf: $0) }
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { self.bytes.append(contentsOf: $0) }
    }
}
