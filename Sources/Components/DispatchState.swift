import DequeModule

/// Which of one component's messages may run next, and how many may wait.
///
/// What one sender sends runs in order, one after the other. Senders take turns: a busy one does not starve the others.
struct DispatchState<Sender: Hashable & Sendable, Job: Sendable>: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// A place in ``lines``.
    typealias Line = Int

    /// A message whose turn it is.
    struct Next {
        let job: Job
        let line: Line
        /// When it came.
        let since: Instant
    }

    private struct Waiting: Sendable {
        let job: Job
        let since: Instant
    }

    /// What one sender has under way and waiting.
    private struct SenderLine: Sendable {
        let sender: Sender
        var waiting: Deque<Waiting>
    }

    private let maximumWaiting: Int
    private var lines: [SenderLine?] = []
    private var freeLines: [Line] = []
    private var lineOfSender: [Sender: Line] = [:]
    /// Lines whose first message waits for a free place only, first come first served.
    private var ready: Deque<Line> = []
    private(set) var waiting = 0

    init(maximumWaiting: Int) {
        self.maximumWaiting = maximumWaiting
    }

    /// How many messages wait for a free place only.
    var readyCount: Int { self.ready.count }

    /// Takes a message.
    ///
    /// - Parameters:
    ///   - job: The message.
    ///   - sender: Whose it is.
    ///   - now: The present.
    ///   - free: How many more could run at once: what is ready for a free place does not count as waiting.
    /// - Returns: Whether there was room.
    mutating func submit(_ job: Job, from sender: Sender, at now: Instant, free: Int) -> Bool {
        let known = self.lineOfSender[sender]
        let readyAfter = self.ready.count + (known == nil ? 1 : 0)
        guard self.waiting + 1 - min(readyAfter, free) <= self.maximumWaiting else { return false }
        self.waiting += 1
        if let known {
            self.lines[known]?.waiting.append(Waiting(job: job, since: now))
        } else {
            let line = self.open(SenderLine(sender: sender, waiting: [Waiting(job: job, since: now)]))
            self.lineOfSender[sender] = line
            self.ready.append(line)
        }
        return true
    }

    /// The message whose turn it is; its sender's next waits until ``finished(_:)``.
    mutating func next() -> Next? {
        guard let line = self.ready.popFirst(), let first = self.lines[line]?.waiting.popFirst() else { return nil }
        self.waiting -= 1
        return Next(job: first.job, line: line, since: first.since)
    }

    /// A sender's message has ended: its next one is ready, behind the others that are.
    mutating func finished(_ line: Line) {
        if self.lines[line]?.waiting.isEmpty == false {
            self.ready.append(line)
        } else {
            self.close(line)
        }
    }

    /// Takes out what has come at or before an instant and has waited since.
    mutating func expire(through instant: Instant) -> [Job] {
        guard self.waiting > 0 else { return [] }
        var expired: [Job] = []
        for line in self.lines.indices {
            while let first = self.lines[line]?.waiting.first, first.since <= instant {
                expired.append(first.job)
                self.lines[line]?.waiting.removeFirst()
            }
        }
        guard !expired.isEmpty else { return [] }
        self.waiting -= expired.count
        let wereReady = self.ready
        self.ready.removeAll { self.lines[$0]?.waiting.isEmpty != false }
        for line in wereReady where self.lines[line]?.waiting.isEmpty == true { self.close(line) }
        return expired
    }

    /// Takes out all that waits.
    mutating func drain() -> [Job] {
        var drained: [Job] = []
        for line in self.lines.indices {
            guard let waiting = self.lines[line]?.waiting else { continue }
            drained.append(contentsOf: waiting.map(\.job))
            self.lines[line]?.waiting = []
        }
        for line in self.ready { self.close(line) }
        self.ready = []
        self.waiting = 0
        return drained
    }

    /// When the one that has waited longest came.
    var oldest: Instant? {
        self.waiting == 0 ? nil : self.lines.lazy.compactMap { $0?.waiting.first?.since }.min()
    }

    private mutating func open(_ line: SenderLine) -> Line {
        guard let free = self.freeLines.popLast() else {
            self.lines.append(line)
            return self.lines.count - 1
        }
        self.lines[free] = line
        return free
    }

    private mutating func close(_ line: Line) {
        guard let sender = self.lines[line]?.sender else { return }
        self.lineOfSender[sender] = nil
        self.lines[line] = nil
        self.freeLines.append(line)
    }
}
