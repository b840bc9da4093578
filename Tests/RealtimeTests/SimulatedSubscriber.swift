@testable import Realtime

/// A subscriber who checks everything that it is given, and the connection's room.
final class SimulatedSubscriber {
    /// A read on its way: first it is made, then it is answered.
    struct Reading {
        let read: Cursor.Read
        let life: Int
        var snapshot: SimulatedLog.Snapshot?
    }

    var cursor = Cursor()
    private(set) var isOpen = false
    private(set) var readings: [Reading] = []
    /// It is in its fan-out's live list.
    var isListed = false
    /// The log could not serve; the owner lets time pass.
    var isBackingOff = false
    /// What was found wrong first.
    private(set) var fault: String?

    private let capacity: Int
    private var buffered = 0
    private var life = 0
    private var start = Cursor.Start.now
    private var notBefore: Position?
    /// What was delivered last, or told as lost; nil before the first answer.
    private(set) var standing: Position?

    init(capacity: Int) {
        self.capacity = capacity
    }

    var hasRoom: Bool { self.buffered < self.capacity }

    func subscribe(_ start: Cursor.Start, notBefore: Position?) {
        self.isOpen = true
        self.isListed = false
        self.life += 1
        self.start = start
        self.notBefore = notBefore
        self.standing = nil
        self.isBackingOff = false
        self.issue(self.cursor.start(start, notBefore: notBefore))
    }

    func close() {
        self.isOpen = false
        self.isListed = false
        self.cursor.close()
    }

    func drain() {
        self.buffered = 0
    }

    /// Other channels of the same connection take all the room.
    func fill() {
        self.buffered = self.capacity
    }

    func issue(_ read: Cursor.Read) {
        self.check(!self.readings.contains { $0.life == self.life }, "two reads at a time")
        self.readings.append(Reading(read: read, life: self.life))
    }

    func make(_ index: Int, of log: SimulatedLog, limit: Int) {
        self.readings[index].snapshot = log.read(self.readings[index].read.from, limit: limit)
    }

    func takeReading(_ index: Int) -> Reading { self.readings.remove(at: index) }

    /// Whether a read's answer may count.
    func awaits(_ reading: Reading) -> Bool { self.isOpen && reading.life == self.life }
}

// MARK: - What is delivered

extension SimulatedSubscriber {
    func take(_ delivery: Cursor.Delivery, of snapshot: SimulatedLog.Snapshot) {
        if let verdict = delivery.verdict {
            self.check(self.standing == nil, "a second verdict")
            self.judge(verdict, gap: delivery.gap, of: snapshot)
        }
        if let gap = delivery.gap {
            let entersEpoch = delivery.verdict != nil || self.standing?.epoch != gap.epoch
            let rightful = self.rightfulGap(in: snapshot, entersEpoch: entersEpoch)
            self.check(gap == rightful, "a gap through \(gap) instead of \(rightful), after \(self.standingText)")
            let isNone = !entersEpoch && self.standing.map { $0.sequence >= gap.sequence } ?? true
            self.check(!isNone, "a gap through \(gap) that is none, after \(self.standingText)")
            self.standing = gap
        }
        self.take(snapshot.events[...].dropFirst(delivery.dropping))
    }

    func take(_ events: some Collection<Position>) {
        for event in events {
            let joins = self.standing.map { $0.epoch == event.epoch && $0.sequence + 1 == event.sequence } ?? false
            self.check(joins, "\(event) delivered after \(self.standingText)")
            if let notBefore = self.notBefore, notBefore.epoch == event.epoch {
                self.check(event.sequence > notBefore.sequence, "\(event) is not this grant's to see")
            }
            self.standing = event
            self.buffered += 1
        }
    }

    private func judge(_ verdict: Cursor.Verdict, gap: Position?, of snapshot: SimulatedLog.Snapshot) {
        self.check(verdict.position == snapshot.head, "the verdict's position is not the head")
        self.check((gap != nil) == (verdict.recovered == .gap), "verdict and gap differ")
        switch self.start {
        case .now:
            self.standing = snapshot.head
        case .latest:
            let isThere = !snapshot.events.isEmpty && !self.isBarred(snapshot.head, at: snapshot)
            let sequence = snapshot.head.sequence - (isThere ? 1 : 0)
            self.standing = Position(epoch: snapshot.head.epoch, sequence: sequence)
        case .after(let position):
            self.standing = position
        }
        var recovery = snapshot.recovery
        if case .after(let position) = self.start, let notBefore = self.notBefore,
            notBefore.epoch == snapshot.head.epoch, position.epoch == notBefore.epoch,
            position.sequence < min(notBefore.sequence, snapshot.head.sequence)
        {
            recovery = .gap
        }
        if recovery == .complete, let notBefore = self.notBefore, notBefore.epoch != snapshot.head.epoch,
            self.standing != snapshot.head
        {
            recovery = .gap
        }
        self.check(verdict.recovered == recovery, "\(verdict.recovered) instead of \(recovery)")
    }

    /// The only gap that may be told where this was read.
    private func rightfulGap(in snapshot: SimulatedLog.Snapshot, entersEpoch: Bool) -> Position {
        guard entersEpoch, let notBefore = self.notBefore else { return snapshot.lostThrough }
        guard notBefore.epoch == snapshot.head.epoch else { return snapshot.head }
        return notBefore.sequence > snapshot.lostThrough.sequence ? notBefore : snapshot.lostThrough
    }

    private func isBarred(_ event: Position, at snapshot: SimulatedLog.Snapshot) -> Bool {
        guard let notBefore = self.notBefore else { return false }
        return notBefore.epoch != event.epoch || notBefore.sequence >= event.sequence
    }

    private var standingText: String { self.standing?.description ?? "nothing" }

    func check(_ holds: Bool, _ text: @autoclosure () -> String) {
        if !holds, self.fault == nil { self.fault = text() }
    }
}
