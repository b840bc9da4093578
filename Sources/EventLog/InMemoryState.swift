import Realtime

/// Everything that the in-memory log knows.
struct InMemoryState: Sendable {
    /// How often channels are trimmed that nobody appends to, in milliseconds.
    private static let sweepInterval: Int64 = 5000

    private let epoch: Epoch
    private let defaultPolicy: ChannelPolicy
    private let maximumCost: Int
    private var channels: [ChannelHash: ChannelMemory] = [:]
    /// The channel of each event in the order of commits; trimmed events leave it in large steps.
    private var order: [(number: UInt64, channel: ChannelHash)] = []
    private var orderedAfterShrinking = 0
    /// Events at the front of `order` that were dropped for lack of room.
    private var dropped = 0
    private var number: UInt64 = 0
    private var cost = 0
    private var clock: LogClock
    private var nextSweep: Int64 = .min
    private var cursors: [String: UInt64] = [:]
    var status = EventLogStatus()

    init(epoch: Epoch, defaultPolicy: ChannelPolicy, maximumCost: Int, wall: Int64) {
        self.epoch = epoch
        self.defaultPolicy = defaultPolicy
        self.maximumCost = maximumCost
        self.clock = LogClock(wall: wall)
    }

    private var unused: ChannelMemory { ChannelMemory(epoch: self.epoch, policy: self.defaultPolicy) }

    /// Commits batches; one commit has one time.
    mutating func commit(_ batches: [[EventDraft]], wall: Int64) -> [[AppendResult]] {
        let time = self.clock.advance(to: wall)
        self.sweep(time: time)
        let results = batches.map { drafts in drafts.map { self.append($0, wall: wall, time: time) } }
        self.shrink()
        self.status.commits += 1
        self.status.retainedBytes = UInt64(self.cost)
        return results
    }

    private mutating func append(_ draft: EventDraft, wall: Int64, time: Int64) -> AppendResult {
        var memory = self.channels.removeValue(forKey: draft.channel) ?? self.unused
        defer { self.channels[draft.channel] = memory }
        if let known = memory.repetition(draft, time: time) { return known }
        self.number += 1
        self.cost -= memory.cost
        let appended = memory.append(draft, number: self.number, wall: wall, time: time)
        self.cost += memory.cost
        self.order.append((self.number, draft.channel))
        self.status.events += 1
        self.status.bytes += UInt64(draft.payload.bytes.count)
        return .success(appended)
    }

    private mutating func sweep(time: Int64) {
        guard time >= self.nextSweep else { return }
        self.nextSweep = time + Self.sweepInterval
        var cost = 0
        for index in self.channels.indices {
            self.channels.values[index].trim(time: time)
            cost += self.channels.values[index].cost
        }
        self.cost = cost
    }

    /// Drops the oldest events until the bound is kept, and forgets the order of those that are gone.
    private mutating func shrink() {
        while self.cost > self.maximumCost, self.dropped < self.order.count {
            let (number, channel) = self.order[self.dropped]
            self.change(channel) { $0.drop(through: number) }
            self.dropped += 1
        }
        guard self.order.count > 1024, self.order.count > 2 * self.orderedAfterShrinking else { return }
        self.order.removeAll { self.channels[$0.channel]?.event(number: $0.number) == nil }
        self.orderedAfterShrinking = self.order.count
        self.dropped = 0
    }

    private mutating func change(_ channel: ChannelHash, _ body: (inout ChannelMemory) -> Void) {
        guard let index = self.channels.index(forKey: channel) else { return }
        self.cost -= self.channels.values[index].cost
        body(&self.channels.values[index])
        self.cost += self.channels.values[index].cost
    }

    mutating func read(_ channel: ChannelHash, wall: Int64, _ body: (ChannelMemory) -> EventPage) -> EventPage {
        let time = self.clock.advance(to: wall)
        self.change(channel) { $0.trim(time: time) }
        return body(self.channels[channel] ?? self.unused)
    }

    func head(of channel: ChannelHash) -> Position {
        self.channels[channel]?.head ?? Position(epoch: self.epoch, sequence: 0)
    }

    func readCommitted(after number: UInt64, limit: ReadLimit) -> CommittedPage {
        var low = 0
        var high = self.order.count
        while low < high {
            let middle = (low + high) / 2
            if self.order[middle].number <= number { low = middle + 1 } else { high = middle }
        }
        var events: [CommittedEvent] = []
        var bytes = 0
        for (place, channel) in self.order[low...] {
            guard let stored = self.channels[channel]?.event(number: place) else { continue }
            let size = stored.record.payload.bytes.count
            guard limit.admits(size, events: events.count, bytes: bytes) else {
                return CommittedPage(events: events, next: events.last?.number ?? number, hasMore: true)
            }
            events.append(CommittedEvent(number: place, channel: channel, record: stored.record))
            bytes += size
        }
        return CommittedPage(events: events, next: max(number, self.number), hasMore: false)
    }

    func cursor(named name: String) -> UInt64? { self.cursors[name] }

    mutating func setCursor(named name: String, to number: UInt64) throws(RealtimeError) {
        try CursorLimits.check(name, isNew: self.cursors[name] == nil, count: self.cursors.count)
        self.cursors[name] = number
    }
}
