import Realtime

/// What the in-memory log keeps of one channel.
struct ChannelMemory: Sendable {
    /// An event with its place among those of all channels, and the log time that its age is counted from.
    struct Stored: Sendable {
        let record: EventRecord
        let number: UInt64
        let time: Int64

        /// What it counts in the log's bound: its payload and about what else it takes.
        var cost: Int { self.record.payload.bytes.count + 128 }
    }

    /// What is remembered of an event with a key; its payload may be long gone.
    private struct Keyed: Sendable {
        let digest: [UInt8]
        let sequence: UInt64
        let wall: Int64
        let time: Int64
    }

    private let epoch: Epoch
    private var sequence: UInt64 = 0
    private var events: [Stored] = []
    /// Events at the front of `events` that are trimmed; they leave the array in large steps, not one by one.
    private var trimmed = 0
    private(set) var policy: ChannelPolicy
    private var keys: [IdempotencyKey: Keyed] = [:]
    private var nextKeySweep: Int64 = 0
    /// What the retained events cost.
    private(set) var cost = 0

    init(epoch: Epoch, policy: ChannelPolicy) {
        self.epoch = epoch
        self.policy = policy
    }

    var head: Position { Position(epoch: self.epoch, sequence: self.sequence) }

    /// What a key says of a draft, if it has one: the earlier event, or why it is refused.
    ///
    /// - Returns: `nil` where the draft is a new event.
    mutating func repetition(_ draft: EventDraft, time: Int64) -> AppendResult? {
        guard let key = draft.key else { return nil }
        if let known = self.known(key, time: time) {
            guard known.digest == draft.payload.digest else { return .failure(.keyReused) }
            let record = EventRecord(
                sequence: known.sequence,
                epoch: self.epoch,
                time: known.wall,
                by: draft.by,
                payload: draft.payload
            )
            return .success(AppendedEvent(channel: draft.channel, record: record, number: nil))
        }
        return self.keys.count < IdempotencyKey.maximumCount ? nil : .failure(.tooManyKeys)
    }

    /// Gives a draft its position, its number, the time of day and the log time.
    mutating func append(_ draft: EventDraft, number: UInt64, wall: Int64, time: Int64) -> AppendedEvent {
        self.sequence += 1
        let record = EventRecord(
            sequence: self.sequence,
            epoch: self.epoch,
            time: wall,
            by: draft.by,
            payload: draft.payload
        )
        let stored = Stored(record: record, number: number, time: time)
        self.events.append(stored)
        self.cost += stored.cost
        if let key = draft.key {
            let digest = draft.payload.digest
            self.keys[key] = Keyed(digest: digest, sequence: record.sequence, wall: wall, time: time)
        }
        if let policy = draft.policy { self.policy = policy }
        self.trim(time: time)
        return AppendedEvent(channel: draft.channel, record: record, number: number)
    }

    /// Takes away what retention does not keep.
    mutating func trim(time: Int64) {
        guard let last = self.events.last else { return }
        let firstCounted = self.policy.firstCounted(head: self.sequence)
        let cutoff = self.policy.cutoff(at: time)
        while self.trimmed < self.events.count {
            let stored = self.events[self.trimmed]
            let isKeptLast = self.policy.retainsLast && stored.number == last.number
            guard stored.record.sequence < firstCounted || stored.time < cutoff && !isKeptLast else { break }
            self.dropFirst()
        }
        self.shrink()
    }

    /// Takes away the events up to a number, for lack of room; a `retain: last` channel keeps its last one.
    mutating func drop(through number: UInt64) {
        let kept = self.policy.retainsLast ? 1 : 0
        while self.trimmed < self.events.count - kept, self.events[self.trimmed].number <= number {
            self.dropFirst()
        }
        self.shrink()
    }

    private mutating func dropFirst() {
        self.cost -= self.events[self.trimmed].cost
        self.trimmed += 1
    }

    private mutating func shrink() {
        if self.trimmed == self.events.count || self.trimmed > 64 && self.trimmed * 2 > self.events.count {
            self.events.removeFirst(self.trimmed)
            self.trimmed = 0
        }
    }

    /// The retained event of a number.
    func event(number: UInt64) -> Stored? {
        var low = self.trimmed
        var high = self.events.count
        while low < high {
            let middle = (low + high) / 2
            if self.events[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < self.events.count && self.events[low].number == number ? self.events[low] : nil
    }

    func read(since position: Position?, limit: ReadLimit) -> EventPage {
        let retained = self.events[self.trimmed...]
        let first = retained.first?.record.sequence ?? self.sequence + 1
        var recovery = Recovery.none
        var start = retained.startIndex
        if let position {
            let joins =
                position.epoch == self.epoch && position.sequence <= self.sequence
                && position.sequence + 1 >= first
            recovery = joins ? .complete : .gap
            if joins { start += Int(position.sequence + 1 - first) }
        }
        var page: [EventRecord] = []
        var bytes = 0
        for stored in retained[start...] {
            let size = stored.record.payload.bytes.count
            guard limit.admits(size, events: page.count, bytes: bytes) else { break }
            page.append(stored.record)
            bytes += size
        }
        return EventPage(
            events: page,
            recovery: recovery,
            lostThrough: recovery == .gap ? first - 1 : nil,
            head: self.head,
            hasMore: start + page.count < retained.endIndex,
            policy: self.sequence > 0 ? self.policy : nil
        )
    }

    /// The last event, if it is retained.
    func latest() -> EventPage {
        EventPage(
            events: self.events[self.trimmed...].suffix(1).map(\.record),
            recovery: .none,
            head: self.head,
            hasMore: false,
            policy: self.sequence > 0 ? self.policy : nil
        )
    }

    private mutating func known(_ key: IdempotencyKey, time: Int64) -> Keyed? {
        if time >= self.nextKeySweep {
            self.keys = self.keys.filter { $0.value.time > time - IdempotencyKey.lifetime }
            self.nextKeySweep = time + IdempotencyKey.lifetime / 10
        }
        guard let known = self.keys[key], known.time > time - IdempotencyKey.lifetime else { return nil }
        return known
    }
}
