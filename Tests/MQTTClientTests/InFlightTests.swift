import MQTTCodec
import Testing

@testable import MQTTClient

@Suite struct InFlightTests {
    private func waiter(_ settlement: InFlight<String>.Settlement) -> String? {
        if case .done(let waiter) = settlement { waiter } else { nil }
    }

    @Test func limitsPublishesButNotSubscriptions() {
        var inFlight = InFlight<String>(receiveMaximum: 1)
        #expect(inFlight.begin(.puback, token: 1, waiter: "a") == 1)
        #expect(inFlight.begin(.pubrec, token: 2, waiter: "b") == nil)
        #expect(inFlight.begin(.suback(count: 1), token: 3, waiter: "c") == 2)
        #expect(waiter(inFlight.settle(1, .puback)) == "a")
        #expect(inFlight.begin(.pubrec, token: 2, waiter: "b") == 3)
    }

    @Test func leadsQoS2ThroughItsSteps() {
        var inFlight = InFlight<String>(receiveMaximum: 1)
        #expect(inFlight.begin(.pubrec, token: 1, waiter: "a") == 1)
        if case .release = inFlight.settle(1, .pubrec) {} else { Issue.record("no PUBREL") }
        #expect(inFlight.begin(.puback, token: 2, waiter: "b") == nil)
        #expect(waiter(inFlight.settle(1, .pubcomp)) == "a")
        #expect(inFlight.begin(.pubrec, token: 3, waiter: "c") == 2)
        #expect(waiter(inFlight.settle(2, .pubrec, isError: true)) == "c")
    }

    @Test func noticesWhatWasNotSent() {
        var inFlight = InFlight<String>(receiveMaximum: 10)
        #expect(inFlight.begin(.suback(count: 2), token: 1, waiter: "a") == 1)
        for stage in [InFlight<String>.Stage.suback(count: 1), .unsuback(count: 2), .puback] {
            if case .unexpected = inFlight.settle(1, stage) {} else { Issue.record("took another answer") }
        }
        if case .unexpected = inFlight.settle(9, .suback(count: 2)) {} else { Issue.record("took an unknown one") }
        #expect(inFlight.removeAll() == ["a"])
    }

    @Test func keepsTheIdentifierOfAnAbandonedCall() {
        var inFlight = InFlight<String>(receiveMaximum: 1)
        #expect(inFlight.begin(.puback, token: 7, waiter: "a") == 1)
        #expect(inFlight.abandon(token: 7) == "a")
        #expect(inFlight.abandon(token: 8) == nil)
        #expect(inFlight.begin(.puback, token: 9, waiter: "b") == nil)
        if case .done(nil) = inFlight.settle(1, .puback) {} else { Issue.record("not settled") }
        #expect(inFlight.begin(.puback, token: 9, waiter: "b") == 2)
    }

    @Test func usesEveryIdentifierOnceAndNeverZero() {
        var inFlight = InFlight<Int>(receiveMaximum: .max)
        var seen: Set<UInt16> = []
        for token in 0..<65_535 {
            if let packetID = inFlight.begin(.puback, token: UInt64(token), waiter: token) { seen.insert(packetID) }
        }
        #expect(seen.count == 65_535 && !seen.contains(0))
        #expect(inFlight.begin(.puback, token: 1, waiter: 1) == nil)
    }
}
