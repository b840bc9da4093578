/// Consecutive events of one channel, by their numbers alone: what a fan-out flushes in one batch, or a page holds.
public struct EventRun: Hashable, Sendable {
    /// The life of the log that the numbers belong to.
    public let epoch: Epoch
    /// The first event's sequence number, at least 1.
    public let first: UInt64
    /// How many events they are.
    public let count: Int

    /// Makes a run from its first event and its length in events.
    public init(epoch: Epoch, first: UInt64, count: Int) {
        self.epoch = epoch
        self.first = first
        self.count = count
    }

    /// The last event's sequence number; the one before ``first`` where the run is empty.
    public var last: UInt64 { self.first &+ UInt64(self.count) &- 1 }

    /// The last event's position.
    public var end: Position { Position(epoch: self.epoch, sequence: self.last) }

    /// The position that the run follows on.
    public var start: Position { Position(epoch: self.epoch, sequence: self.first &- 1) }

    /// How many events at the run's front somebody who stands at a position has already.
    ///
    /// - Returns: 0 to ``count``; nil where the run does not join the position: a hole lies between, or the epoch is
    ///   another.
    func overlap(with position: Position) -> Int? {
        guard position.epoch == self.epoch, position.sequence >= self.first &- 1 else { return nil }
        return position.sequence >= self.last ? self.count : Int(position.sequence + 1 - self.first)
    }
}
