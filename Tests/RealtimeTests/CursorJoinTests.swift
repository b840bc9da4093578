import Testing

@testable import Realtime

@Suite struct CursorJoinTests {
    private var test: CursorFixture

    init() throws {
        self.test = try CursorFixture()
    }

    /// Starts after a position, and takes one page whose last event is the head.
    private mutating func replay(_ range: ClosedRange<UInt64>) throws {
        let read = self.test.cursor.start(.after(self.test.at(range.lowerBound - 1)))
        _ = try self.test.delivery(self.test.page(range, head: range.upperBound), to: read)
    }

    @Test mutating func levelWithTheFanOutItIsLive() throws {
        self.test.pass(self.test.run(1...7))
        try self.replay(3...7)
        #expect(self.test.resume() == .live)
        #expect(self.test.resume() == .wait)
        #expect(self.test.cursor.position(at: self.test.edge) == self.test.at(7))
    }

    @Test mutating func aheadOfTheFanOutItSkips() throws {
        self.test.pass(self.test.run(1...4))
        try self.replay(3...7)
        #expect(self.test.resume() == .wait)
        #expect(self.test.pass(self.test.run(5...6)) == .ignore)
        #expect(self.test.pass(self.test.run(7...9)) == .join(dropping: 1))
        #expect(self.test.cursor.position(at: self.test.edge) == self.test.at(9))
    }

    @Test mutating func theBatchThatEndsWhereItStandsMakesItLive() throws {
        self.test.pass(self.test.run(1...4))
        try self.replay(3...7)
        _ = self.test.resume()
        #expect(self.test.pass(self.test.run(5...7), hasRoom: false) == .join(dropping: 3))
    }

    @Test mutating func whereNothingWasFlushedTheHeadMakesItLive() throws {
        try self.replay(3...7)
        self.test.edge.begin(at: self.test.at(7))
        #expect(self.test.resume() == .live)
        // What was on its way already is a repetition, and changes nothing.
        self.test.edge.begin(at: self.test.at(99))
        #expect(self.test.edge.advance(over: self.test.run(6...9)) == .continues(from: self.test.at(7), dropping: 2))
    }

    @Test mutating func whatFollowsAtOnceIsTakenWhole() throws {
        try self.replay(3...7)
        #expect(self.test.resume() == .wait)
        #expect(self.test.pass(self.test.run(8...9)) == .join(dropping: 0))
    }

    @Test mutating func withoutRoomAPageCountsButIsReadAgain() throws {
        let read = self.test.cursor.start(.after(self.test.at(2)))
        let page = self.test.page(5...7, head: 7)
        let answer = self.test.cursor.answered(page, to: read, at: self.test.edge, hasRoom: false)
        let expected = Cursor.Delivery.first(dropping: 3, gap: self.test.at(4), .gap, head: self.test.at(7))
        #expect(answer == .deliver(expected))
        #expect(self.test.cursor.position(at: self.test.edge) == self.test.at(4))
        #expect(try self.test.resumedRead().from == .after(self.test.at(4)))
    }

    @Test mutating func whatWasLostOnItsWayToTheFanOutIsLookedFor() throws {
        try self.replay(3...7)
        #expect(self.test.resume() == .wait)
        self.test.cursor.missed()
        #expect(try self.test.resumedRead().from == .after(self.test.at(7)))
        // Under way already, the read may have been made before.
        self.test.cursor.missed()
        #expect(self.test.resume() == .wait)
    }

    @Test mutating func behindTheFanOutItReadsOn() throws {
        let read = self.test.cursor.start(.after(self.test.at(2)))
        self.test.pass(self.test.run(8...9))
        _ = try self.test.delivery(self.test.page(3...7, head: 7), to: read)
        let next = try self.test.resumedRead()
        #expect(next.from == .after(self.test.at(7)))
        #expect(try self.test.delivery(self.test.page(8...9, head: 9), to: next) == .further())
        #expect(self.test.resume() == .live)
    }

    @Test mutating func aCutPageIsReadOnWithoutOverlap() throws {
        let read = self.test.cursor.start(.after(self.test.at(2)))
        _ = try self.test.delivery(self.test.page(3...4, head: 7), to: read)
        let next = try self.test.resumedRead()
        #expect(next.from == .after(self.test.at(4)))
        #expect(self.test.resume() == .wait)
        #expect(try self.test.delivery(self.test.page(3...7, head: 7), to: next) == .further(dropping: 2))
    }

    @Test mutating func itWaitsForRoomBeforeItReadsOrJoins() throws {
        self.test.pass(self.test.run(1...7))
        try self.replay(3...7)
        #expect(self.test.pass(self.test.run(8...9), hasRoom: false) == .ignore)
        #expect(try self.test.resumedRead().from == .after(self.test.at(7)))
    }

    @Test mutating func whilePausedItMayBePassedByWhatItHas() throws {
        self.test.pass(self.test.run(1...4))
        try self.replay(3...7)
        #expect(self.test.pass(self.test.run(5...7), hasRoom: false) == .ignore)
        #expect(self.test.resume() == .live)
    }

    @Test mutating func aFullLiveSubscriberFallsBehindAndReturnsInOrder() throws {
        try self.test.goLive(at: 7)
        let batch = self.test.run(8...9)
        #expect(self.test.edge.advance(over: batch) == .continues(from: self.test.at(7), dropping: 0))
        self.test.cursor.fellBehind(at: self.test.at(7))
        #expect(self.test.cursor.position(at: self.test.edge) == self.test.at(7))
        let read = try self.test.resumedRead()
        #expect(read.from == .after(self.test.at(7)))
        #expect(self.test.pass(self.test.run(10...10)) == .ignore)
        #expect(try self.test.delivery(self.test.page(8...11, head: 11), to: read) == .further())
        #expect(self.test.resume() == .wait)
        #expect(self.test.pass(self.test.run(11...12)) == .join(dropping: 1))
    }

    @Test mutating func aFullSubscriberDoesNotJoin() throws {
        try self.replay(3...7)
        _ = self.test.resume()
        #expect(self.test.pass(self.test.run(8...9), hasRoom: false) == .ignore)
        #expect(try self.test.resumedRead().from == .after(self.test.at(7)))
    }

    @Test mutating func aHoleIsReadFromTheLog() throws {
        try self.replay(3...7)
        _ = self.test.resume()
        guard case .read(let read) = self.test.pass(self.test.run(9...9)) else {
            Issue.record("a batch beyond a hole was not answered by a read")
            return
        }
        #expect(read.from == .after(self.test.at(7)))
        #expect(try self.test.delivery(self.test.page(8...9, head: 9), to: read) == .further())
        #expect(self.test.resume() == .live)
    }

    @Test mutating func aFailedReadLosesNothing() throws {
        try self.test.goLive(at: 7)
        _ = self.test.edge.advance(over: self.test.run(8...9))
        self.test.cursor.fellBehind(at: self.test.at(7))
        let read = try self.test.resumedRead()
        #expect(self.test.cursor.failed(read) == .later)
        #expect(self.test.pass(self.test.run(10...10)) == .ignore)
        let again = try self.test.resumedRead()
        #expect(again.from == .after(self.test.at(7)))
        #expect(try self.test.delivery(self.test.page(8...10, head: 10), to: again) == .further())
        #expect(self.test.resume() == .live)
    }

    @Test mutating func aLogThatLagsIsAskedLater() throws {
        try self.test.goLive(at: 7)
        _ = self.test.edge.advance(over: self.test.run(8...9))
        self.test.cursor.fellBehind(at: self.test.at(7))
        let read = try self.test.resumedRead()
        #expect(self.test.answer(self.test.page(head: 7), to: read) == .later)
        let again = try self.test.resumedRead()
        #expect(self.test.answer(self.test.page(1...5, head: 5), to: again) == .later)
        #expect(try self.test.resumedRead().from == .after(self.test.at(7)))
    }
}

// MARK: - Gaps

extension CursorJoinTests {
    /// Falls behind at 7, and reads.
    private mutating func laggingRead() throws -> Cursor.Read {
        try self.test.goLive(at: 7)
        _ = self.test.edge.advance(over: self.test.run(8...9))
        self.test.cursor.fellBehind(at: self.test.at(7))
        return try self.test.resumedRead()
    }

    @Test mutating func fallingBehindBeyondRetentionIsTold() throws {
        let read = try self.laggingRead()
        #expect(try self.test.delivery(self.test.page(9...9, head: 9), to: read) == .further(gap: self.test.at(8)))
        #expect(self.test.resume() == .live)
    }

    @Test mutating func losingEverythingIsToldUpToTheHead() throws {
        let read = try self.laggingRead()
        #expect(try self.test.delivery(self.test.page(head: 9), to: read) == .further(gap: self.test.at(9)))
        #expect(self.test.resume() == .live)
    }

    @Test mutating func aNewEpochIsToldAndItsEventsFollow() throws {
        try self.test.goLive(at: 7)
        let other = self.test.other
        #expect(self.test.edge.advance(over: self.test.run(5...6, other)) == .breaks(from: self.test.at(7)))
        self.test.cursor.fellBehind(at: self.test.at(7))
        let read = try self.test.resumedRead()
        let delivery = try self.test.delivery(self.test.page(4...6, head: 6, other), to: read)
        #expect(delivery == .further(gap: self.test.at(3, other)))
        #expect(self.test.resume() == .live)
    }

    @Test mutating func aGrantWithHistoryShowsNothingOfANewEpochsPast() throws {
        let other = self.test.other
        _ = self.test.edge.advance(over: self.test.run(5...6, other))
        let first = self.test.cursor.start(.after(self.test.at(7)), notBefore: self.test.at(5))
        _ = try self.test.delivery(self.test.page(8...8, head: 8), to: first)
        self.test.pass(self.test.run(7...7, other))
        let read = try self.test.resumedRead()
        let delivery = try self.test.delivery(self.test.page(4...7, head: 7, other), to: read)
        #expect(delivery == .further(dropping: 4, gap: self.test.at(7, other)))
    }

    @Test mutating func anEpochThatTheFanOutDoesNotKnowYetIsWaitedForWithoutReading() throws {
        let other = self.test.other
        let read = try self.laggingRead()
        _ = try self.test.delivery(self.test.page(1...3, head: 3, other), to: read)
        #expect(self.test.resume() == .wait)
        // What the old epoch still had on its way is looked at, but not delivered.
        guard case .read(let again) = self.test.pass(self.test.run(10...10)) else {
            Issue.record("a batch of another epoch was not answered by a read")
            return
        }
        #expect(again.from == .after(self.test.at(3, other)))
        #expect(try self.test.delivery(self.test.page(head: 3, other), to: again) == .further())
        #expect(self.test.resume() == .wait)
        #expect(self.test.pass(self.test.run(3...4, other)) == .join(dropping: 1))
    }

    @Test mutating func aPageOfAnEpochThatEndedWhileItWasReadIsFollowedByAnother() throws {
        let read = try self.laggingRead()
        self.test.pass(self.test.run(5...5, self.test.other))
        #expect(try self.test.delivery(self.test.page(8...9, head: 9), to: read) == .further())
        #expect(try self.test.resumedRead().from == .after(self.test.at(9)))
    }
}
