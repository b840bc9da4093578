import EventLog
import Realtime
import Synchronization

extension LogShared {
    /// How many events a read goes back in memory at most; the caller may be an event loop.
    private static let longestWalk = 256

    /// The position of a channel's last event, if memory has it.
    func head(of channel: ChannelHash) -> Position? {
        self.state.withLock { state in
            state.channels[channel].map { Position(epoch: state.epoch, sequence: $0.sequence) }
        }
    }

    /// A page, if memory has all of it.
    func page(_ channel: ChannelHash, since position: Position?, limit: ReadLimit) -> EventPage? {
        let now = self.time().time
        guard
            let (builder, walk) = self.state.withLock({ state -> (PageBuilder, Walk)? in
                guard let known = state.channels[channel] else { return nil }
                let builder = PageBuilder(known, since: position, limit: limit, epoch: state.epoch, now: now)
                return Walk(channel, builder, state.recent, longest: Self.longestWalk).map { (builder, $0) }
            })
        else { return nil }
        return builder.page(walk.found.reversed(), first: walk.first, reachesHead: true)
    }

    /// The last event, if memory has it.
    func latest(_ channel: ChannelHash) -> EventPage? {
        let now = self.time().time
        return self.state.withLock { state in
            guard let known = state.channels[channel] else { return nil }
            let limit = ReadLimit(events: 1)
            let builder = PageBuilder(known, since: nil, limit: limit, epoch: state.epoch, now: now)
            guard known.sequence > 0 else { return builder.page([], first: 1, reachesHead: true) }
            guard let block = state.recent.block(of: known.number), let record = block.record(number: known.number)
            else { return nil }
            let found = builder.keeps(record, of: block) ? [(block, record)] : []
            return builder.page(found, first: known.sequence + 1 - UInt64(found.count), reachesHead: true)
        }
    }

    /// Events of all channels, if memory has those that follow the number.
    func committed(after number: UInt64, limit: ReadLimit) -> CommittedPage? {
        let (blocks, last, epoch) = self.state.withLock { ($0.recent.blocks(from: number &+ 1), $0.number, $0.epoch) }
        if number >= last { return CommittedPage(events: [], next: number, hasMore: false) }
        guard let blocks else { return nil }
        var page = CommittedPageBuilder(after: number, limit: limit, epoch: epoch)
        for block in blocks {
            guard page.append(block) else { break }
        }
        return page.finish()
    }
}

/// A way back from a channel's last event to the first that a page wants, or that is retained.
private struct Walk {
    /// The events, last first.
    private(set) var found: [(block: LogBlock, record: LogBlock.Record)] = []
    /// The first of them; the one after the head where there is none.
    private(set) var first: UInt64

    /// Goes back; `nil` where memory does not reach.
    init?(_ channel: ChannelHash, _ builder: PageBuilder, _ recent: borrowing RecentBlocks, longest: Int) {
        self.first = builder.state.sequence + 1
        var number = builder.state.number
        while self.first > builder.target {
            guard self.found.count < longest, let block = recent.block(of: number),
                let record = block.record(number: number), record.channel == channel
            else { return nil }
            guard builder.keeps(record, of: block) else { return }
            self.found.append((block, record))
            self.first -= 1
            number = record.previous
        }
    }
}
