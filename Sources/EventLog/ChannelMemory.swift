import Realtime

/// What the in-memory log keeps of one channel.
struct ChannelMemory: Sendable {
    /// What is remembered of an event with a key; its payload may be long gone.
    private struct Keyed: Sendable {
        let digest: [UInt8]
        let sequence: UInt64
        let time: Int64
    }

    /// How long a key is remembered, in milliseconds.
    private static let keyLifetime: Int64 = 10 * 60 * 1000
    /// How many keys are remembered at once; one more is refused, never forgotten early.
    private static let maximumKeys = 10_000

    private let epoch: Epoch
    private var sequence: UInt64 = 0
    private var events: [EventRecord] = []
    /// Events at the front of `events` that are trimmed; they leave the array in large steps, not one by one.
    private var trimmed = 0
    private var retention = Retention()
    private var keys: [IdempotencyKey: Keyed] = [:]
    private var nextKeySweep: Int64 = 0

    init(epoch: Epoch) {
        self.epoch = epoch
    }

    var head: Position { Position(epoch: self.epoch, sequence: self.sequence) }

    /// Gives a draft its position.
    ///
    /// - Parameters:
    ///   - draft: The event to be.
    ///   - time: Unix milliseconds.
    /// - Returns: The event, or the earlier one where its key is remembered with the same payload; `key_reused` where
    ///   it is with another.
    mutating func append(_ draft: EventDraft, time: Int64) -> AppendResult {
        if let key = draft.key {
            if let known = self.known(key, time: time) {
                guard known.digest == draft.payload.digest else {
                    return .failure(RealtimeError(.keyReused, "the key was used with another payload"))
                }
                let record = EventRecord(
                    sequence: known.sequence,
                    epoch: self.epoch,
                    time: known.time,
                    by: draft.by,
                    payload: draft.payload
                )
                return .success(AppendedEvent(channel: draft.channel, record: record, isRepetition: true))
            }
            guard self.keys.count < Self.maximumKeys else {
                return .failure(RealtimeError(.busy, "too many keys on this channel within ten minutes"))
            }
        }
        self.sequence += 1
        let record = EventRecord(
            sequence: self.sequence,
            epoch: self.epoch,
            time: time,
            by: draft.by,
            payload: draft.payload
        )
        self.events.append(record)
        if let key = draft.key {
            self.keys[key] = Keyed(digest: draft.payload.digest, sequence: record.sequence, time: time)
        }
        self.retention = draft.retention
        self.trim(time: time)
        return .success(AppendedEvent(channel: draft.channel, record: record, isRepetition: false))
    }

    /// Takes away what retention does not keep.
    mutating func trim(time: Int64) {
        var first = max(self.trimmed, self.events.count - self.retention.events)
        while first < self.events.count, self.events[first].time < time - self.retention.time {
            first += 1
        }
        self.trimmed = first
        if self.trimmed == self.events.count || self.trimmed > 64 && self.trimmed * 2 > self.events.count {
            self.events.removeFirst(self.trimmed)
            self.trimmed = 0
        }
    }

    func read(since position: Position?, limit: Int) -> EventPage {
        let retained = self.events[self.trimmed...]
        let first = retained.first?.sequence ?? self.sequence + 1
        var recovery = EventPage.Recovery.none
        var start = retained.startIndex
        if let position {
            let joins =
                position.epoch == self.epoch && position.sequence <= self.sequence
                && position.sequence + 1 >= first
            recovery = joins ? .complete : .gap
            if joins { start += Int(position.sequence + 1 - first) }
        }
        let page = retained[start...].prefix(limit)
        return EventPage(
            events: Array(page),
            recovery: recovery,
            head: self.head,
            hasMore: page.endIndex < retained.endIndex
        )
    }

    private mutating func known(_ key: IdempotencyKey, time: Int64) -> Keyed? {
        if time >= self.nextKeySweep {
            self.keys = self.keys.filter { $0.value.time > time - Self.keyLifetime }
            self.nextKeySweep = time + Self.keyLifetime / 10
        }
        guard let known = self.keys[key], known.time > time - Self.keyLifetime else { return nil }
        return known
    }
}
