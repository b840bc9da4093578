extension Cursor {
    /// Where delivery stands before a page's events, in the page's epoch, and whether something before that is lost.
    fileprivate struct Entry {
        var sequence: UInt64
        var isGap: Bool
    }

    /// Takes a read's answer.
    ///
    /// - Parameters:
    ///   - page: What was read.
    ///   - read: The read that it answers.
    ///   - edge: How far the fan-out has flushed by now.
    ///   - hasRoom: Whether the connection can take the page's events; else what the page says counts, and its events
    ///     are read again once there is room.
    /// - Returns: What to deliver of the page, if it counts.
    public mutating func answered(
        _ page: Page,
        to read: Read,
        at edge: LiveEdge,
        hasRoom: Bool = true
    ) -> Answer {
        guard self.awaits(read) else { return .ignore }
        switch self.state {
        case .opening(let start, let overtaken):
            let entry = self.enter(page, by: start)
            var recovered = Recovery.none
            if case .after = start { recovered = entry.isGap ? .gap : .complete }
            let verdict = Verdict(position: page.head, recovered: recovered)
            guard hasRoom else { return self.hold(page, at: entry, verdict: verdict) }
            self.pause(after: page, from: entry, overtaken: overtaken, at: edge)
            return .deliver(Delivery(page, from: entry, verdict: verdict))
        case .reading(let position, let overtaken):
            guard let entry = self.go(on: page, after: position) else { return self.failed(read) }
            guard hasRoom else { return self.hold(page, at: entry, verdict: nil) }
            let isBehind = self.pause(after: page, from: entry, overtaken: overtaken, at: edge)
            let delivery = Delivery(page, from: entry, verdict: nil)
            // Nothing new, though there was more when it was asked for: the log lags, and asking at once would spin.
            let isFutile = delivery.dropping == page.events.count && delivery.gap == nil && isBehind && !overtaken
            return isFutile ? .later : .deliver(delivery)
        case .closed, .unopened, .paused, .skipping, .live:
            return .ignore
        }
    }

    /// Takes note that a read failed.
    ///
    /// - Parameter read: The read.
    /// - Returns: `later`; `ignore` where the read no longer counts.
    public mutating func failed(_ read: Read) -> Answer {
        guard self.awaits(read) else { return .ignore }
        switch self.state {
        case .opening(let start, _):
            self.state = .unopened(start)
            return .later
        case .reading(let position, _):
            self.state = .paused(after: position, isBehind: true)
            return .later
        case .closed, .unopened, .paused, .skipping, .live:
            return .ignore
        }
    }

    /// Waits for room before the page's events.
    private mutating func hold(_ page: Page, at entry: Entry, verdict: Verdict?) -> Answer {
        self.state = .paused(after: Position(epoch: page.head.epoch, sequence: entry.sequence), isBehind: true)
        return .deliver(Delivery(page, from: entry, verdict: verdict, dropping: page.events.count))
    }

    /// Enters the page's epoch: at the start, or since the epoch has changed.
    private func enter(_ page: Page, by start: Start) -> Entry {
        let head = page.head.sequence
        var entry: Entry
        switch start {
        case .now:
            entry = Entry(sequence: head, isGap: false)
        case .latest:
            entry = Entry(sequence: page.events.count == 0 ? head : head &- 1, isGap: false)
        case .after(let position):
            let joins = position.epoch == page.head.epoch && position.sequence <= head
            entry =
                joins
                ? self.join(page, after: position.sequence)
                : Entry(sequence: page.events.start.sequence, isGap: true)
        }
        if let notBefore = self.notBefore {
            let floor = notBefore.epoch == page.head.epoch ? min(notBefore.sequence, head) : head
            if floor > entry.sequence {
                entry.sequence = floor
                if case .after = start { entry.isGap = true }
            }
        }
        return entry
    }

    /// Goes on after what was delivered; nil where the log is behind that, which a copy of it may be.
    private func go(on page: Page, after position: Position) -> Entry? {
        guard position.epoch == page.head.epoch else { return self.enter(page, by: .after(position)) }
        guard position.sequence <= page.head.sequence else { return nil }
        return self.join(page, after: position.sequence)
    }

    private func join(_ page: Page, after sequence: UInt64) -> Entry {
        let available = page.events.start.sequence
        return Entry(sequence: max(available, sequence), isGap: available > sequence)
    }

    /// Waits for room where the page ends.
    ///
    /// - Returns: Whether there is more to be read.
    @discardableResult
    private mutating func pause(after page: Page, from entry: Entry, overtaken: Bool, at edge: LiveEdge) -> Bool {
        let reached = Position(epoch: page.head.epoch, sequence: max(entry.sequence, page.events.last))
        var isBehind = reached.sequence < page.head.sequence
        if let flushed = edge.position, !isBehind {
            // The log is never behind the fan-out: of two epochs the page's is the later one, unless batches passed
            // after it was read.
            isBehind = flushed.epoch == reached.epoch ? flushed.sequence > reached.sequence : overtaken
        }
        self.state = .paused(after: reached, isBehind: isBehind)
        return isBehind
    }
}

extension Cursor.Delivery {
    fileprivate init(
        _ page: Cursor.Page,
        from entry: Cursor.Entry,
        verdict: Cursor.Verdict?,
        dropping: Int? = nil
    ) {
        let position = Position(epoch: page.head.epoch, sequence: entry.sequence)
        self.verdict = verdict
        self.gap = entry.isGap ? position : nil
        self.dropping = dropping ?? page.events.overlap(with: position) ?? 0
    }
}
