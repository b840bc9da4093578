import EventLog
import Realtime

/// What a read asks for, worked out against a channel's state: both ways of reading share it.
struct PageBuilder {
    private let position: Position?
    private let limit: ReadLimit
    private let epoch: Epoch
    let state: ChannelState
    /// The present log time.
    let now: Int64
    /// The first event to be returned, if it is retained.
    let target: UInt64
    /// The position is one of this log: up to here only retention can be in the way.
    private let isPositionValid: Bool

    init(_ state: ChannelState, since position: Position?, limit: ReadLimit, epoch: Epoch, now: Int64) {
        self.state = state
        self.position = position
        self.limit = limit
        self.epoch = epoch
        self.now = now
        let first = state.policy.firstCounted(head: state.sequence)
        if let position, position.epoch == epoch, position.sequence <= state.sequence {
            self.isPositionValid = true
            self.target = max(first, position.sequence + 1)
        } else {
            self.isPositionValid = false
            self.target = first
        }
    }

    /// Nothing follows the position.
    var isAtHead: Bool { self.target > self.state.sequence }

    /// Whether an event is to be returned.
    func keeps(_ record: LogBlock.Record, of block: LogBlock) -> Bool {
        self.state.keeps(record.sequence, time: block.time, now: self.now)
    }

    /// The page of retained events that were found, one after the other.
    ///
    /// `first` is the first retained event at or after the target, or the one after the head where none is. With
    /// `reachesHead`, nothing follows the events found.
    func page(_ found: [(block: LogBlock, record: LogBlock.Record)], first: UInt64, reachesHead: Bool) -> EventPage {
        var events: [EventRecord] = []
        events.reserveCapacity(min(found.count, self.limit.events))
        var bytes = 0
        for (block, record) in found {
            guard self.limit.admits(record.payloadBytes, events: events.count, bytes: bytes) else { break }
            bytes += record.payloadBytes
            events.append(block.event(record, epoch: self.epoch))
        }
        let recovery: Recovery
        if let position = self.position {
            recovery = self.isPositionValid && first == position.sequence + 1 ? .complete : .gap
        } else {
            recovery = .none
        }
        return EventPage(
            events: events,
            recovery: recovery,
            lostThrough: recovery == .gap ? first - 1 : nil,
            head: Position(epoch: self.epoch, sequence: self.state.sequence),
            hasMore: !reachesHead || events.count < found.count,
            policy: self.state.sequence > 0 ? self.state.policy : nil
        )
    }

    /// Whether what was found fills the page.
    func isFilled(_ found: [(block: LogBlock, record: LogBlock.Record)]) -> Bool {
        var bytes = 0
        for (index, entry) in found.enumerated() {
            guard self.limit.admits(entry.record.payloadBytes, events: index, bytes: bytes) else { return true }
            bytes += entry.record.payloadBytes
        }
        return found.count >= self.limit.events
    }
}
