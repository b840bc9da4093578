/// What became of messages that are numbered from 0 in the order of sending: a pure count, which is told the times.
struct Tally: Sendable {
    /// How many are to be sent.
    let count: Int
    private(set) var sent = 0
    /// How many came at least once.
    private(set) var received = 0
    /// How many came again, each time counted.
    private(set) var doubled = 0
    /// How many came for the first time behind a later one.
    private(set) var outOfOrder = 0
    /// From sending to the first arrival, in the order of arrival.
    private(set) var latencies: [Duration] = []

    private var sentAt: [Duration] = []
    private var hasCome: [Bool]
    private var highest = -1

    init(count: Int) {
        self.count = max(0, count)
        self.hasCome = Array(repeating: false, count: self.count)
    }

    /// How many were sent and did not come.
    var lost: Int { self.sent - self.received }

    /// How many were sent behind the last of those that came: what is still under way, if none is lost.
    var ahead: Int { self.sent - 1 - self.highest }

    /// Whether all were sent and have come.
    var isComplete: Bool { self.received == self.count }

    /// Whether each was sent and came once; in order, where an order is promised.
    func isGood(ordered: Bool) -> Bool {
        self.isComplete && self.doubled == 0 && (!ordered || self.outOfOrder == 0)
    }

    /// Notes that the next ones are sent, at a time on the clock that arrivals are told by.
    mutating func send(_ more: Int, at time: Duration) {
        let more = min(more, self.count - self.sent)
        guard more > 0 else { return }
        self.sentAt.append(contentsOf: repeatElement(time, count: more))
        self.sent += more
    }

    /// Notes that one has come; a number that was not sent is none of ours.
    mutating func receive(_ number: Int, at time: Duration) {
        guard 0 <= number, number < self.sent else { return }
        guard !self.hasCome[number] else {
            self.doubled += 1
            return
        }
        self.hasCome[number] = true
        self.received += 1
        self.latencies.append(time - self.sentAt[number])
        if number < self.highest { self.outOfOrder += 1 }
        self.highest = max(self.highest, number)
    }
}
