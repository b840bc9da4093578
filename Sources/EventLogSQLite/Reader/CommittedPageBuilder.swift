import EventLog
import Realtime

/// Gathers events of all channels block by block.
struct CommittedPageBuilder {
    private let number: UInt64
    private let limit: ReadLimit
    private let epoch: Epoch
    private var events: [CommittedEvent] = []
    private var bytes = 0
    private var next: UInt64
    private var hasMore = false

    init(after number: UInt64, limit: ReadLimit, epoch: Epoch) {
        self.number = number
        self.limit = limit
        self.epoch = epoch
        self.next = number
    }

    /// Takes the events of the next block.
    ///
    /// - Returns: Whether there is room for more.
    mutating func append(_ block: LogBlock) -> Bool {
        for index in block.index(from: self.number &+ 1)..<block.count {
            guard let record = block.record(at: index) else { continue }
            guard self.limit.admits(record.payloadBytes, events: self.events.count, bytes: self.bytes) else {
                self.hasMore = true
                return false
            }
            self.bytes += record.payloadBytes
            let event = block.event(record, epoch: self.epoch)
            self.events.append(CommittedEvent(number: record.number, channel: record.channel, record: event))
            self.next = record.number
        }
        return true
    }

    func finish() -> CommittedPage {
        CommittedPage(events: self.events, next: self.next, hasMore: self.hasMore)
    }
}
