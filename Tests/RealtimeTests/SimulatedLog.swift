@testable import Realtime

/// One channel of an event log that can be trimmed, and restored from a backup under a new epoch.
struct SimulatedLog {
    /// What a read finds at one moment, said in the words of DESIGN.md, section 4, and not by the cursor.
    struct Snapshot {
        let head: Position
        /// The position before the first event retained; the head where there is none.
        let lostThrough: Position
        let events: [Position]
        let recovery: Recovery

        var page: Cursor.Page {
            Cursor.Page(head: self.head, first: self.events.first?.sequence, count: self.events.count)
        }
    }

    private(set) var head: Position
    /// The first event retained; the one after the head where there is none.
    private var first: UInt64 = 1
    private var life = 0

    /// The lives it may have, in order.
    static let epochs = (0..<20).compactMap { Epoch("e\($0)") }

    init() {
        self.head = Position(epoch: Self.epochs[0], sequence: 0)
    }

    var canBeRestored: Bool { self.life + 1 < Self.epochs.count }

    /// The number of events retained.
    var count: Int { Int(self.head.sequence + 1 - self.first) }

    mutating func append() -> Position {
        self.head = Position(epoch: self.head.epoch, sequence: self.head.sequence + 1)
        return self.head
    }

    mutating func trim(_ count: Int) {
        self.first += UInt64(min(count, self.count))
    }

    /// Loses the last events, and begins a new epoch, in which their numbers are given again.
    mutating func restore(losing count: Int) {
        self.life += 1
        let lost = min(UInt64(count), self.head.sequence)
        self.head = Position(epoch: Self.epochs[self.life], sequence: self.head.sequence - lost)
        self.first = min(self.first, self.head.sequence + 1)
    }

    func read(_ start: Cursor.Start, limit: Int) -> Snapshot {
        var range = self.first..<self.head.sequence + 1
        var recovery = Recovery.none
        switch start {
        case .now:
            range = range.suffix(0)
        case .latest:
            range = range.suffix(1)
        case .after(let position):
            let joins =
                position.epoch == self.head.epoch && position.sequence <= self.head.sequence
                && position.sequence + 1 >= self.first
            recovery = joins ? .complete : .gap
            if joins { range = position.sequence + 1..<range.upperBound }
        }
        return Snapshot(
            head: self.head,
            lostThrough: Position(epoch: self.head.epoch, sequence: self.first - 1),
            events: range.prefix(limit).map { Position(epoch: self.head.epoch, sequence: $0) },
            recovery: recovery
        )
    }
}
