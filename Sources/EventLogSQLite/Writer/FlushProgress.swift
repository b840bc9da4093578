import Realtime

/// How far the table of channels has come behind the events.
///
/// A channel's last position is in its last event, so the table needs it only for a short start: it is brought up to
/// date in passes, sorted, a few rows a commit. Up to the number of the last whole pass it knows all.
struct FlushProgress {
    /// After so many events, or bytes of them, a pass begins: a start has to read what came later.
    private static let events = 131_072
    private static let bytes = 64 << 20

    /// Up to this number the table knows all.
    private(set) var flushed: UInt64
    private let bytes: Int
    /// Channels whose states are newer than the table's.
    private var dirty: [ChannelHash] = []
    /// The rest of the present pass, the last channel first.
    private var pending: [ChannelHash] = []
    private var passNumber: UInt64?
    private var written: [ChannelHash] = []
    private var eventsSincePass = 0
    private var bytesSincePass = 0

    init(flushed: UInt64, maximumBytes: UInt64) {
        self.flushed = flushed
        self.bytes = min(Self.bytes, Int(clamping: maximumBytes / 8))
    }

    var hasDirty: Bool { self.passNumber != nil || !self.dirty.isEmpty }

    mutating func noteDirty(_ channel: ChannelHash) {
        self.dirty.append(channel)
    }

    mutating func noteAppended(events: Int, bytes: Int) {
        self.eventsSincePass += events
        self.bytesSincePass += bytes
    }

    /// Begins a pass, up to the last committed event's number, where one is due or is asked for.
    mutating func beginPassIfDue(number: UInt64, now: Bool) {
        guard self.passNumber == nil, !self.dirty.isEmpty else { return }
        guard now || self.eventsSincePass >= Self.events || self.bytesSincePass >= self.bytes else { return }
        self.passNumber = number
        self.pending = self.dirty.sorted(by: >)
        self.dirty = []
        self.eventsSincePass = 0
        self.bytesSincePass = 0
    }

    /// Takes the next channels to write.
    mutating func next(_ limit: Int) -> ArraySlice<ChannelHash> {
        guard self.passNumber != nil else { return [] }
        let channels = self.pending.suffix(limit)
        self.written.append(contentsOf: channels)
        return channels
    }

    /// The number of the pass that is whole once the rows that were taken are committed.
    func completes(after count: Int) -> UInt64? {
        count == self.pending.count ? self.passNumber : nil
    }

    /// The rows that were taken are committed.
    mutating func takeWritten() -> [ChannelHash] {
        guard let passNumber = self.passNumber else { return [] }
        defer { self.written = [] }
        self.pending.removeLast(self.written.count)
        if self.pending.isEmpty {
            self.flushed = passNumber
            self.passNumber = nil
        }
        return self.written
    }
}
