import Realtime
import Synchronization

@testable import Edge

/// The log behind the edge in tests: keeps every event, and answers reads at once or when it is told to.
final class FakeLog: Sendable {
    typealias Completion = @Sendable (Result<ReplayPage, RealtimeError>) -> Void

    private struct Channel: Sendable {
        var records: [EventRecord] = []
        /// Events up to this sequence number are gone.
        var trimmed: UInt64 = 0
        var retainsLast = false
        var hidesHistory = false

        var head: UInt64 { self.records.last?.sequence ?? self.trimmed }
    }

    private struct State: Sendable {
        var epoch: Epoch
        var channels: [ChannelHash: Channel] = [:]
        var failure: RealtimeError?
        var holdsReads = false
        var held: [@Sendable () -> Void] = []
        var reads = 0
    }

    private let state: Mutex<State>

    init() {
        var generator = SeededGenerator(seed: 1)
        self.state = Mutex(State(epoch: .random(using: &generator)))
    }

    var epoch: Epoch { self.state.withLock { $0.epoch } }
    var reads: Int { self.state.withLock { $0.reads } }

    /// Commits an event, and returns it as the hub gets it.
    func append(_ payload: [UInt8], to channel: ChannelHash) -> DeliverableEvent {
        self.state.withLock { state in
            let sequence = (state.channels[channel]?.head ?? 0) + 1
            var writer = JSONWriter()
            writer.raw(payload)
            let record = EventRecord(
                sequence: sequence, epoch: state.epoch, time: 0, payload: EventPayload(writer))
            state.channels[channel, default: Channel()].records.append(record)
            // Tests look at the payload alone where it was delivered live.
            return DeliverableEvent(channel: channel, position: record.position, json: payload)
        }
    }

    func position(_ sequence: UInt64) -> String { "\(self.epoch):\(sequence)" }

    /// Drops what is older than a channel's last events.
    func trim(_ channel: ChannelHash, keeping count: Int) {
        self.state.withLock { state in
            guard var kept = state.channels[channel] else { return }
            let head = kept.head
            kept.records = Array(kept.records.suffix(count))
            kept.trimmed = kept.records.first.map { $0.sequence - 1 } ?? head
            state.channels[channel] = kept
        }
    }

    func set(_ channel: ChannelHash, retainsLast: Bool = false, hidesHistory: Bool = false) {
        self.state.withLock { state in
            state.channels[channel, default: Channel()].retainsLast = retainsLast
            state.channels[channel, default: Channel()].hidesHistory = hidesHistory
        }
    }

    /// From now on reads fail, or none.
    func fail(with error: RealtimeError?) {
        self.state.withLock { $0.failure = error }
    }

    func holdReads() {
        self.state.withLock { $0.holdsReads = true }
    }

    /// Answers what is held; what is read from then on is answered at once, or held again.
    func releaseReads(holdingOn: Bool = false) {
        let held = self.state.withLock { state in
            defer { (state.held, state.holdsReads) = ([], holdingOn) }
            return state.held
        }
        for read in held { read() }
    }

    func read(
        _ channel: ChannelHash,
        from start: Cursor.Start,
        limit: ReplayLimit,
        completion: @escaping Completion
    ) {
        let isHeld = self.state.withLock { state in
            state.reads += 1
            // Read when it is released: what was committed meanwhile is in the page.
            if state.holdsReads {
                state.held.append { completion(self.page(channel, from: start, limit: limit)) }
            }
            return state.holdsReads
        }
        if !isHeld { completion(self.page(channel, from: start, limit: limit)) }
    }

    private func page(
        _ hash: ChannelHash,
        from start: Cursor.Start,
        limit: ReplayLimit
    ) -> Result<ReplayPage, RealtimeError> {
        self.state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            let channel = state.channels[hash] ?? Channel()
            let head = Position(epoch: state.epoch, sequence: channel.head)
            let events: [EventRecord]
            switch start {
            case .now: events = []
            case .latest: events = channel.retainsLast ? channel.records.suffix(1) : []
            case .after(let position):
                let joins = position.epoch == state.epoch && position.sequence <= channel.head
                events = channel.records.filter { !joins || $0.sequence > position.sequence }
            }
            return .success(
                ReplayPage(
                    head: head,
                    events: Array(events.prefix(limit.events)),
                    hidesHistory: channel.hidesHistory,
                    retainsLast: channel.retainsLast
                )
            )
        }
    }
}
