import Testing

@testable import realtime_bridge

/// What a selftest counts.
struct TallyTests {
    @Test func allSentAndReceivedInOrderIsGood() {
        var tally = Tally(count: 3)
        tally.send(3, at: .zero)
        for number in 0..<3 { tally.receive(number, at: .milliseconds(number + 1)) }
        #expect(tally.isGood(ordered: true))
        #expect((tally.sent, tally.received, tally.lost, tally.doubled, tally.outOfOrder) == (3, 3, 0, 0, 0))
        #expect(tally.latencies == [.milliseconds(1), .milliseconds(2), .milliseconds(3)])
    }

    @Test func whatDoesNotComeIsLost() {
        var tally = Tally(count: 3)
        tally.send(3, at: .zero)
        tally.receive(0, at: .zero)
        tally.receive(2, at: .zero)
        #expect(tally.lost == 1)
        #expect(tally.outOfOrder == 0)
        #expect(!tally.isGood(ordered: false))
    }

    @Test func whatWasNeverSentIsNotLostAndNotGood() {
        var tally = Tally(count: 3)
        tally.send(1, at: .zero)
        tally.receive(0, at: .zero)
        #expect(tally.lost == 0)
        #expect(!tally.isGood(ordered: false))
    }

    @Test func whatComesAgainIsDoubledAndCountsOnce() {
        var tally = Tally(count: 1)
        tally.send(1, at: .zero)
        for _ in 0..<3 { tally.receive(0, at: .seconds(1)) }
        #expect((tally.received, tally.doubled) == (1, 2))
        #expect(tally.latencies == [.seconds(1)])
        #expect(!tally.isGood(ordered: false))
    }

    @Test func whatComesBehindALaterOneIsOutOfOrder() {
        var tally = Tally(count: 4)
        tally.send(4, at: .zero)
        for number in [1, 0, 3, 2] { tally.receive(number, at: .zero) }
        #expect((tally.outOfOrder, tally.lost, tally.doubled) == (2, 0, 0))
        #expect(!tally.isGood(ordered: true))
        #expect(tally.isGood(ordered: false))
    }

    @Test func aRepetitionIsNotOutOfOrderToo() {
        var tally = Tally(count: 2)
        tally.send(2, at: .zero)
        for number in [0, 1, 0] { tally.receive(number, at: .zero) }
        #expect((tally.outOfOrder, tally.doubled) == (0, 1))
    }

    @Test(arguments: [-1, 2, 3, Int.max, Int.min])
    func numbersThatWereNotSentAreNoneOfOurs(number: Int) {
        var tally = Tally(count: 3)
        tally.send(2, at: .zero)
        tally.receive(number, at: .zero)
        #expect((tally.received, tally.doubled) == (0, 0))
    }

    @Test func aheadIsWhatIsSentBehindTheLastThatCame() {
        var tally = Tally(count: 10)
        #expect(tally.ahead == 0)
        tally.send(4, at: .zero)
        #expect(tally.ahead == 4)
        // Those before it are lost, and block nothing.
        tally.receive(2, at: .zero)
        #expect(tally.ahead == 1)
        tally.send(100, at: .zero)
        #expect((tally.sent, tally.ahead) == (10, 7))
    }
}
