/// How far a channel's fan-out has flushed: where every one of its live subscribers stands.
///
/// It looks at a batch once for all of them, so that they need no state of their own.
public struct LiveEdge: Hashable, Sendable {
    /// How a batch joins what was flushed before it.
    public enum Step: Hashable, Sendable {
        /// It follows on.
        ///
        /// Live subscribers stood at `from` and get it without the first `dropping` events, which repeat what they
        /// have: none on one node, and all of them where nothing is new.
        case continues(from: Position, dropping: Int)
        /// A hole lies before it, or its epoch is another: every live subscriber falls behind at `from`.
        case breaks(from: Position)
    }

    /// The last event flushed, or taken for that; nil before the first.
    public private(set) var position: Position?

    /// Begins with nothing flushed: nobody is live before the first batch.
    public init() {}

    /// Takes the log's head for what was flushed, while nothing was: so whoever has read that far is live at once.
    ///
    /// The head must come from a read that was made after the fan-out's first subscriber was added to it. What of it is
    /// still on its way to the fan-out counts as a repetition then.
    public mutating func begin(at head: Position) {
        if self.position == nil { self.position = head }
    }

    /// Takes note of a batch that is about to be flushed, before any subscriber is given it.
    ///
    /// - Parameter batch: The events, at least one.
    /// - Returns: Whether live subscribers may be given it.
    public mutating func advance(over batch: EventRun) -> Step {
        guard let before = self.position else {
            self.position = batch.end
            return .continues(from: batch.start, dropping: 0)
        }
        guard let overlap = batch.overlap(with: before) else {
            self.position = batch.end
            return .breaks(from: before)
        }
        if overlap < batch.count {
            self.position = batch.end
        }
        return .continues(from: before, dropping: overlap)
    }
}
