@testable import Realtime

/// One channel with its log, its fan-out and subscribers, in whose turns chance decides what happens next.
struct CursorSimulation {
    /// What has happened, so that a test can see that its rules were put to the test.
    enum Sight: Hashable, CaseIterable {
        case joinedByRead, joinedByBatch, joinedInTheMiddle, fellBehind, broke, repeated, holeWhileSkipping
        case full, laterGap, newEpoch, pagedOn, retried, ignored
    }

    private var random: SeededGenerator
    /// Whether batches may be lost, repeated and late, as between several nodes.
    private let isUnreliable: Bool
    /// Whether the log may be restored from a backup.
    private let isRestorable: Bool
    private var log = SimulatedLog()
    private var inbox: [Position] = []
    private var edge = LiveEdge()
    private var subscribers: [SimulatedSubscriber] = []
    private(set) var seen: Set<Sight> = []

    init(seed: UInt64, isUnreliable: Bool) {
        self.random = SeededGenerator(seed: seed)
        self.isUnreliable = isUnreliable
        self.isRestorable = seed.isMultiple(of: 2)
        for _ in 0..<self.chance(1...6) {
            self.subscribers.append(SimulatedSubscriber(capacity: self.chance(1...8)))
        }
    }

    /// What was found wrong first.
    var fault: String? { self.subscribers.lazy.compactMap(\.fault).first }

    private mutating func chance(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self.random) }

    /// Lets one thing happen.
    mutating func step() {
        let subscriber = self.subscribers[self.chance(0...self.subscribers.count - 1)]
        switch self.chance(1...100) {
        case ...22: self.append()
        case ...40: self.flush(self.chance(1...6))
        case ...58: self.make(subscriber)
        case ...76: self.answer(subscriber)
        case ...79: self.fail(subscriber)
        case ...85: self.drain(subscriber)
        case ...88: subscriber.fill()
        case ...90: self.retry(subscriber)
        case ...93: self.log.trim(self.chance(1...6))
        case 94 where self.isRestorable && self.log.canBeRestored: self.log.restore(losing: self.chance(0...6))
        case ...98: self.subscribe(subscriber)
        default: self.close(subscriber)
        }
        self.checkLists()
    }

    /// Lets everything come to rest: nothing fails any more, there is room, and what is committed is flushed.
    mutating func finish() {
        self.settle()
        // Of a restore, or of a batch that was lost, nobody can know before the next batch.
        if self.edge.position == self.log.head || !self.isUnreliable && !self.isRestorable {
            self.checkCompleteness()
        }
        self.inbox.append(self.log.append())
        self.settle()
        self.checkCompleteness()
    }

    private mutating func settle() {
        for _ in 0..<100 {
            self.flush(self.inbox.count)
            for subscriber in self.subscribers {
                self.make(subscriber)
                self.answer(subscriber)
                self.drain(subscriber)
                self.retry(subscriber)
                self.checkLists()
            }
            if self.subscribers.allSatisfy({ $0.readings.isEmpty && !$0.isBackingOff }) { return }
        }
        self.subscribers[0].check(false, "reads without end")
    }

    /// Every open subscriber has everything, and is live if the fan-out has flushed it.
    private func checkCompleteness() {
        for subscriber in self.subscribers where subscriber.isOpen {
            let (head, standing) = (self.log.head, subscriber.standing)
            subscriber.check(standing == head, "rests at \(standing, default: "nothing"), not at \(head)")
            let isFlushed = self.edge.position == head
            subscriber.check(subscriber.isListed == isFlushed, "live at rest: \(subscriber.isListed)")
        }
    }
}

// MARK: - The log

extension CursorSimulation {
    private mutating func append() {
        for _ in 0..<self.chance(1...3) {
            let event = self.log.append()
            guard self.isUnreliable else {
                self.inbox.append(event)
                continue
            }
            switch self.chance(1...20) {
            case 1: break
            case 2: self.inbox += [event, event]
            case 3: self.inbox.insert(event, at: self.chance(0...self.inbox.count))
            default: self.inbox.append(event)
            }
        }
    }

    private mutating func make(_ subscriber: SimulatedSubscriber) {
        let unmade = subscriber.readings.indices.filter {
            subscriber.readings[$0].snapshot == nil
        }
        guard let reading = unmade.randomElement(using: &self.random) else { return }
        subscriber.make(reading, of: self.log, limit: self.chance(1...5))
    }

    private mutating func answer(_ subscriber: SimulatedSubscriber) {
        let made = subscriber.readings.indices.filter {
            subscriber.readings[$0].snapshot != nil
        }
        guard let place = made.randomElement(using: &self.random) else { return }
        let reading = subscriber.takeReading(place)
        guard let snapshot = reading.snapshot else { return }
        let answer = subscriber.cursor.answered(
            snapshot.page,
            to: reading.read,
            at: self.edge,
            hasRoom: subscriber.hasRoom
        )
        guard self.take(answer, to: reading, of: subscriber), case .deliver(let delivery) = answer else { return }
        self.note(delivery, of: snapshot, for: subscriber)
        self.edge.begin(at: snapshot.head)
        subscriber.take(delivery, of: snapshot)
        self.resumeIfRoom(subscriber)
    }

    private mutating func fail(_ subscriber: SimulatedSubscriber) {
        let readings = subscriber.readings.indices
        guard let place = readings.randomElement(using: &self.random) else { return }
        let reading = subscriber.takeReading(place)
        _ = self.take(subscriber.cursor.failed(reading.read), to: reading, of: subscriber)
    }

    /// - Returns: Whether the answer counts.
    private mutating func take(
        _ answer: Cursor.Answer,
        to reading: SimulatedSubscriber.Reading,
        of subscriber: SimulatedSubscriber
    ) -> Bool {
        let isAwaited = subscriber.awaits(reading)
        subscriber.check(isAwaited == (answer != .ignore), "\(answer), though the read counts: \(isAwaited)")
        self.note(.ignored, if: !isAwaited)
        if answer == .later {
            subscriber.isBackingOff = true
        }
        return isAwaited
    }

    private mutating func note(
        _ delivery: Cursor.Delivery,
        of snapshot: SimulatedLog.Snapshot,
        for subscriber: SimulatedSubscriber
    ) {
        guard delivery.verdict == nil, let standing = subscriber.standing else { return }
        self.note(.pagedOn, if: delivery.dropping < snapshot.events.count)
        guard delivery.gap != nil else { return }
        self.note(standing.epoch == snapshot.head.epoch ? .laterGap : .newEpoch)
    }

    private mutating func note(_ sight: Sight, if happened: Bool = true) {
        if happened { self.seen.insert(sight) }
    }
}

// MARK: - The fan-out

extension CursorSimulation {
    /// Flushes some of what was committed, in runs.
    private mutating func flush(_ count: Int) {
        var events = self.inbox.prefix(count)
        self.inbox.removeFirst(events.count)
        // A channel without subscribers has no fan-out.
        guard self.subscribers.contains(where: \.isOpen) else { return }
        while let first = events.first {
            var run: [Position] = []
            while let event = events.first, event.epoch == first.epoch,
                event.sequence == first.sequence + UInt64(run.count)
            {
                run.append(events.removeFirst())
            }
            self.flush(run, EventRun(epoch: first.epoch, first: first.sequence, count: run.count))
        }
    }

    private mutating func flush(_ events: [Position], _ batch: EventRun) {
        let live = self.subscribers.filter(\.isListed)
        switch self.edge.advance(over: batch) {
        case .continues(let from, let dropping):
            self.note(.repeated, if: dropping > 0)
            for subscriber in live where dropping < batch.count {
                if subscriber.hasRoom {
                    subscriber.take(events.dropFirst(dropping))
                } else {
                    self.note(.fellBehind)
                    self.leave(subscriber, at: from)
                }
            }
        case .breaks(let from):
            for subscriber in live {
                self.note(.broke)
                self.leave(subscriber, at: from)
                self.resumeIfRoom(subscriber)
            }
        }
        for subscriber in self.subscribers where subscriber.isOpen && !subscriber.isListed {
            self.pass(events, batch, to: subscriber)
        }
    }

    private mutating func pass(_ events: [Position], _ batch: EventRun, to subscriber: SimulatedSubscriber) {
        let hasRoom = subscriber.hasRoom
        if case .skipping = subscriber.cursor.state { self.note(.full, if: !hasRoom) }
        switch subscriber.cursor.passed(batch, hasRoom: hasRoom) {
        case .ignore:
            break
        case .join(let dropping):
            self.note(.joinedByBatch)
            self.note(.joinedInTheMiddle, if: dropping > 0 && dropping < batch.count)
            subscriber.check(hasRoom || dropping == batch.count, "events without room")
            subscriber.isListed = true
            subscriber.take(events.dropFirst(dropping))
        case .read(let read):
            self.note(.holeWhileSkipping)
            subscriber.check(hasRoom, "a read without room")
            subscriber.issue(read)
        }
    }

    private mutating func leave(_ subscriber: SimulatedSubscriber, at position: Position) {
        subscriber.cursor.fellBehind(at: position)
        subscriber.isListed = false
    }

    /// A subscriber is in the live list exactly while its cursor says so.
    private mutating func checkLists() {
        for subscriber in self.subscribers {
            var isLive = false
            if case .live = subscriber.cursor.state { isLive = true }
            subscriber.check(isLive == subscriber.isListed, "live: \(isLive), in the live list: \(!isLive)")
            let (standing, position) = (subscriber.standing, subscriber.cursor.position(at: self.edge))
            subscriber.check(
                position == nil || position == standing,
                "stands at \(standing, default: "nothing"), and the cursor at \(position, default: "nothing")"
            )
        }
    }
}

// MARK: - The subscribers

extension CursorSimulation {
    private mutating func subscribe(_ subscriber: SimulatedSubscriber) {
        let epoch = self.chance(1...4) == 1 ? SimulatedLog.epochs.randomElement(using: &self.random) : nil
        let position = Position(
            epoch: epoch ?? self.log.head.epoch,
            sequence: UInt64(max(0, Int(self.log.head.sequence) + self.chance(-9...1)))
        )
        let starts = [.now, .latest, .after(position), .after(self.log.head)] as [Cursor.Start]
        let start = starts.randomElement(using: &self.random) ?? .now
        var notBefore: Position?
        if self.chance(1...4) == 1 {
            let sequence = UInt64(self.chance(0...Int(self.log.head.sequence)))
            notBefore = Position(epoch: epoch ?? self.log.head.epoch, sequence: sequence)
        }
        subscriber.subscribe(start, notBefore: notBefore)
    }

    private mutating func close(_ subscriber: SimulatedSubscriber) {
        subscriber.close()
        if !self.subscribers.contains(where: \.isOpen) { self.edge = LiveEdge() }
    }

    private mutating func drain(_ subscriber: SimulatedSubscriber) {
        subscriber.drain()
        if !subscriber.isBackingOff { self.resumeIfRoom(subscriber) }
    }

    private mutating func retry(_ subscriber: SimulatedSubscriber) {
        guard subscriber.isBackingOff, subscriber.hasRoom else { return }
        self.note(.retried)
        subscriber.isBackingOff = false
        self.resumeIfRoom(subscriber)
    }

    private mutating func resumeIfRoom(_ subscriber: SimulatedSubscriber) {
        guard subscriber.hasRoom else { return }
        switch subscriber.cursor.resume(at: self.edge) {
        case .read(let read):
            subscriber.issue(read)
        case .live:
            self.note(.joinedByRead)
            subscriber.isListed = true
        case .wait:
            break
        }
    }
}
