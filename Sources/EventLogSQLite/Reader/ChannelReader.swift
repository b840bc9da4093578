import EventLog
import Realtime

/// Reads channels from the file; confined to a reader's thread.
///
/// From a channel's last event, or from the anchor behind the wanted one, it goes back from event to event: so the time
/// it takes depends on the page, not on the log.
final class ChannelReader {
    typealias Found = (block: LogBlock, record: LogBlock.Record)

    private let begin: Statement
    private let commit: Statement
    private let selectChannel: Statement
    private let blockOf: Statement
    private let blocksFrom: Statement
    private let anchor: Statement
    private let nextAnchor: Statement
    private let defaultPolicy: ChannelPolicy
    /// The last block read: neighbours in a channel often share one.
    private var lastBlock: LogBlock?

    init(_ database: OpaquePointer, defaultPolicy: ChannelPolicy) throws(SQLiteFault) {
        self.defaultPolicy = defaultPolicy
        self.begin = try Statement(database, "BEGIN")
        self.commit = try Statement(database, "COMMIT")
        self.selectChannel = try Statement(database, ChannelState.select)
        self.blockOf = try Statement(
            database, "SELECT first, data FROM blocks WHERE first <= ? ORDER BY first DESC LIMIT 1")
        self.blocksFrom = try Statement(
            database,
            """
            SELECT first, data FROM blocks
            WHERE first >= (SELECT coalesce(max(first), 0) FROM blocks WHERE first <= ?) ORDER BY first
            """
        )
        self.anchor = try Statement(database, "SELECT number FROM anchors WHERE channel = ? AND sequence = ?")
        self.nextAnchor = try Statement(
            database,
            """
            SELECT sequence, number FROM anchors
            WHERE channel = ? AND sequence > ? AND time >= ? ORDER BY sequence LIMIT 1
            """
        )
    }

    /// Runs reads that see one state of the file.
    func snapshot<Value>(_ body: () throws(SQLiteFault) -> Value) throws(SQLiteFault) -> Value {
        try self.begin.run()
        defer {
            self.lastBlock = nil
            try? self.commit.run()
        }
        return try body()
    }

    /// The state that the table has of a channel.
    func state(of channel: ChannelHash) throws(SQLiteFault) -> ChannelState? {
        try ChannelState.load(channel, self.selectChannel, defaultPolicy: self.defaultPolicy)
    }

    /// Reads a page.
    func page(_ channel: ChannelHash, _ builder: PageBuilder) throws(SQLiteFault) -> EventPage {
        let head = builder.state.sequence
        var found: [Found] = []
        var target = builder.target
        // Each round adds the events up to the next anchor, or finds that some before it are gone.
        while target + UInt64(found.count) <= head, !builder.isFilled(found) {
            let start = target + UInt64(found.count)
            let end = min(head, Self.anchored(atOrAfter: start))
            let stretch = try self.stretch(channel, from: start, through: end, builder)
            if stretch.count == Int(end - start + 1) {
                found += stretch
            } else if !found.isEmpty {
                // What was found does not join what follows: whoever reads on from there is told.
                break
            } else {
                found = stretch
                if stretch.isEmpty {
                    target = try self.firstAnchored(channel, after: end, builder) ?? head + 1
                    // Events between the two may be retained; they are found going back from there.
                    guard target <= head else { break }
                    found = try self.stretch(channel, from: end + 1, through: target, builder)
                    target -= UInt64(max(found.count, 1) - 1)
                    if found.isEmpty { target += 1 }
                } else {
                    target = end - UInt64(stretch.count) + 1
                }
            }
        }
        return builder.page(found, first: target, reachesHead: target + UInt64(found.count) > head)
    }

    /// The channel's last event, if it is retained.
    func latest(_ builder: PageBuilder) throws(SQLiteFault) -> EventPage {
        let head = builder.state.sequence
        guard head > 0, let (block, record) = try self.record(builder.state.number), builder.keeps(record, of: block)
        else { return builder.page([], first: head + 1, reachesHead: true) }
        return builder.page([(block, record)], first: head, reachesHead: true)
    }

    /// Reads events of all channels.
    func committed(after number: UInt64, limit: ReadLimit, epoch: Epoch) throws(SQLiteFault) -> CommittedPage {
        var page = CommittedPageBuilder(after: number, limit: limit, epoch: epoch)
        self.blocksFrom.bind(1, number &+ 1)
        defer { self.blocksFrom.reset() }
        while try self.blocksFrom.step() {
            let block = try LogBlock(first: self.blocksFrom.unsigned(0), bytes: self.blocksFrom.bytes(1))
            guard page.append(block) else { break }
        }
        return page.finish()
    }

    /// The last event of a channel that is retained lies at or before its next anchor.
    private static func anchored(atOrAfter sequence: UInt64) -> UInt64 {
        let interval = LogSchema.anchorInterval
        return (sequence + interval - 1) / interval * interval
    }

    /// The first anchor after a sequence number whose event is retained; the head where there is none.
    private func firstAnchored(
        _ channel: ChannelHash,
        after sequence: UInt64,
        _ builder: PageBuilder
    ) throws(SQLiteFault) -> UInt64? {
        guard sequence < builder.state.sequence else { return nil }
        self.nextAnchor.bind(1, channel)
        self.nextAnchor.bind(2, sequence)
        self.nextAnchor.bind(3, builder.state.policy.cutoff(at: builder.now))
        guard try self.nextAnchor.step() else { return builder.state.sequence }
        defer { self.nextAnchor.reset() }
        return self.nextAnchor.unsigned(0)
    }

    /// The retained events that end at an anchor or the head, going back to the first wanted or the last one lost.
    private func stretch(
        _ channel: ChannelHash,
        from start: UInt64,
        through end: UInt64,
        _ builder: PageBuilder
    ) throws(SQLiteFault) -> [Found] {
        var number = end == builder.state.sequence ? builder.state.number : try self.number(of: channel, end)
        var sequence = end
        var found: [Found] = []
        while number > 0, sequence >= start, let (block, record) = try self.record(number) {
            guard record.channel == channel, record.sequence == sequence, builder.keeps(record, of: block) else {
                break
            }
            found.append((block, record))
            number = record.previous
            sequence -= 1
        }
        return found.reversed()
    }

    private func number(of channel: ChannelHash, _ sequence: UInt64) throws(SQLiteFault) -> UInt64 {
        self.anchor.bind(1, channel)
        self.anchor.bind(2, sequence)
        guard try self.anchor.step() else { return 0 }
        defer { self.anchor.reset() }
        return self.anchor.unsigned(0)
    }

    private func record(_ number: UInt64) throws(SQLiteFault) -> Found? {
        if let block = self.lastBlock, block.first <= number, let record = block.record(number: number) {
            return (block, record)
        }
        self.blockOf.bind(1, number)
        guard try self.blockOf.step() else { return nil }
        defer { self.blockOf.reset() }
        let block = try LogBlock(first: self.blockOf.unsigned(0), bytes: self.blockOf.bytes(1))
        self.lastBlock = block
        return block.record(number: number).map { (block, $0) }
    }
}
