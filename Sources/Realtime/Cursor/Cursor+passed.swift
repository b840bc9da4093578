extension Cursor {
    /// Takes note, as a follower, of a batch that its fan-out flushes.
    ///
    /// - Parameters:
    ///   - batch: The events, at least one.
    ///   - hasRoom: Whether the connection could take them.
    /// - Returns: What of the batch is to be written to this subscriber, if any.
    public mutating func passed(_ batch: EventRun, hasRoom: Bool) -> Pass {
        switch self.state {
        case .opening(let start, _):
            self.state = .opening(start, overtaken: true)
        case .reading(let position, _):
            self.state = .reading(after: position, overtaken: true)
        case .paused(let position, isBehind: false):
            self.state = .paused(after: position, isBehind: batch.overlap(with: position) != batch.count)
        case .skipping(let position):
            return self.skip(batch, through: position, hasRoom: hasRoom)
        case .closed, .unopened, .paused(_, isBehind: true), .live:
            break
        }
        return .ignore
    }

    private mutating func skip(_ batch: EventRun, through position: Position, hasRoom: Bool) -> Pass {
        let overlap = batch.overlap(with: position)
        if overlap == batch.count {
            guard batch.end == position else { return .ignore }
            self.state = .live
            return .join(dropping: batch.count)
        }
        guard hasRoom else {
            self.state = .paused(after: position, isBehind: true)
            return .ignore
        }
        guard let overlap else { return .read(self.read(after: position)) }
        self.state = .live
        return .join(dropping: overlap)
    }
}
