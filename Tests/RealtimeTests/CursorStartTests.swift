import Testing

@testable import Realtime

@Suite struct CursorStartTests {
    private var test: CursorFixture

    init() throws {
        self.test = try CursorFixture()
    }

    private mutating func first(
        _ start: Cursor.Start,
        notBefore: Position? = nil,
        _ page: Cursor.Page
    ) throws -> Cursor.Delivery {
        let read = self.test.cursor.start(start, notBefore: notBefore)
        return try self.test.delivery(page, to: read)
    }

    @Test mutating func fromNowReadsTheHeadAlone() throws {
        let read = self.test.cursor.start(.now)
        #expect(read.from == .now)
        #expect(self.test.cursor.position(at: self.test.edge) == nil)
        let delivery = try self.test.delivery(self.test.page(head: 7), to: read)
        #expect(delivery == .first(.none, head: self.test.at(7)))
        #expect(self.test.cursor.position(at: self.test.edge) == self.test.at(7))
    }

    @Test mutating func fromNowTakesNothingOlderFromAPage() throws {
        let delivery = try self.first(.now, self.test.page(5...7, head: 7))
        #expect(delivery == .first(dropping: 3, .none, head: self.test.at(7)))
    }

    @Test mutating func theLatestComesFirstIfItIsThere() throws {
        let delivery = try self.first(.latest, self.test.page(7...7, head: 7))
        #expect(delivery == .first(.none, head: self.test.at(7)))
        let older = try self.first(.latest, self.test.page(5...7, head: 7))
        #expect(older == .first(dropping: 2, .none, head: self.test.at(7)))
    }

    @Test mutating func theLatestIsNoGapIfItIsGone() throws {
        let delivery = try self.first(.latest, self.test.page(head: 7))
        #expect(delivery == .first(.none, head: self.test.at(7)))
        let empty = try self.first(.latest, self.test.page(head: 0))
        #expect(empty == .first(.none, head: self.test.at(0)))
        #expect(self.test.cursor.position(at: self.test.edge) == self.test.at(0))
    }

    @Test mutating func everythingAfterAPositionIsComplete() throws {
        let delivery = try self.first(.after(self.test.at(4)), self.test.page(5...7, head: 7))
        #expect(delivery == .first(.complete, head: self.test.at(7)))
        let nothing = try self.first(.after(self.test.at(7)), self.test.page(head: 7))
        #expect(nothing == .first(.complete, head: self.test.at(7)))
    }

    @Test mutating func whatRetentionTookIsAGap() throws {
        let delivery = try self.first(.after(self.test.at(2)), self.test.page(5...7, head: 9))
        #expect(delivery == .first(gap: self.test.at(4), .gap, head: self.test.at(9)))
        let all = try self.first(.after(self.test.at(2)), self.test.page(head: 9))
        #expect(all == .first(gap: self.test.at(9), .gap, head: self.test.at(9)))
    }

    @Test(arguments: [8, UInt64.max])
    mutating func aStartBeyondTheHeadIsAGapAndWhatIsRetainedFollows(sequence: UInt64) throws {
        let delivery = try self.first(.after(self.test.at(sequence)), self.test.page(5...7, head: 7))
        #expect(delivery == .first(gap: self.test.at(4), .gap, head: self.test.at(7)))
    }

    @Test mutating func anotherEpochIsAGapAndWhatIsRetainedFollows() throws {
        let start = Cursor.Start.after(self.test.at(6, self.test.other))
        #expect(
            try self.first(start, self.test.page(1...3, head: 3))
                == .first(gap: self.test.at(0), .gap, head: self.test.at(3))
        )
    }

    @Test mutating func aGrantWithHistoryRaisesTheStart() throws {
        let read = self.test.cursor.start(.after(self.test.at(2)), notBefore: self.test.at(5))
        #expect(read.from == .after(self.test.at(5)))
        let delivery = try self.test.delivery(self.test.page(6...7, head: 7), to: read)
        #expect(delivery == .first(gap: self.test.at(5), .gap, head: self.test.at(7)))
    }

    @Test mutating func aGrantWithHistoryHidesWhatAGapWouldReveal() throws {
        let start = Cursor.Start.after(self.test.at(9, self.test.other))
        let delivery = try self.first(start, notBefore: self.test.at(6), self.test.page(1...7, head: 7))
        #expect(delivery == .first(dropping: 6, gap: self.test.at(6), .gap, head: self.test.at(7)))
        let paged = try self.first(start, notBefore: self.test.at(6), self.test.page(1...3, head: 7))
        #expect(paged == .first(dropping: 3, gap: self.test.at(6), .gap, head: self.test.at(7)))
        #expect(try self.test.resumedRead().from == .after(self.test.at(6)))
        let beyond = try self.first(start, notBefore: self.test.at(.max), self.test.page(1...7, head: 7))
        #expect(beyond == .first(dropping: 7, gap: self.test.at(7), .gap, head: self.test.at(7)))
    }

    @Test mutating func aGrantOfAnotherEpochShowsNothingOfThisOnesPast() throws {
        let notBefore = self.test.at(1, self.test.other)
        let page = self.test.page(5...7, head: 7)
        #expect(
            try self.first(.after(self.test.at(4)), notBefore: notBefore, page)
                == .first(dropping: 3, gap: self.test.at(7), .gap, head: self.test.at(7))
        )
        #expect(
            try self.first(.latest, notBefore: notBefore, self.test.page(7...7, head: 7))
                == .first(dropping: 1, .none, head: self.test.at(7))
        )
        #expect(
            try self.first(.after(self.test.at(7)), notBefore: notBefore, self.test.page(head: 7))
                == .first(.complete, head: self.test.at(7))
        )
    }

    @Test mutating func aFailedFirstReadIsMadeAgain() throws {
        let read = self.test.cursor.start(.latest)
        self.test.pass(self.test.run(8...8))
        #expect(self.test.cursor.failed(read) == .later)
        #expect(self.test.pass(self.test.run(9...9)) == .ignore)
        let again = try self.test.resumedRead()
        #expect(again.from == .latest)
        #expect(self.test.answer(self.test.page(7...7, head: 7), to: read) == .ignore)
        let delivery = try self.test.delivery(self.test.page(9...9, head: 9), to: again)
        #expect(delivery == .first(.none, head: self.test.at(9)))
    }

    @Test mutating func aNewSubscribeOutdatesOldAnswers() throws {
        let old = self.test.cursor.start(.now)
        let new = self.test.cursor.start(.after(self.test.at(4)))
        #expect(self.test.answer(self.test.page(head: 7), to: old) == .ignore)
        #expect(self.test.cursor.failed(old) == .ignore)
        let delivery = try self.test.delivery(self.test.page(5...7, head: 7), to: new)
        #expect(delivery == .first(.complete, head: self.test.at(7)))
        #expect(self.test.answer(self.test.page(5...7, head: 7), to: new) == .ignore)
        #expect(self.test.cursor.failed(new) == .ignore)
    }

    @Test mutating func aNewSubscribeGoesOnWhereALiveOneStood() throws {
        try self.test.goLive(at: 7)
        let position = try #require(self.test.cursor.position(at: self.test.edge))
        let read = self.test.cursor.start(.after(position))
        #expect(self.test.pass(self.test.run(8...9)) == .ignore)
        let delivery = try self.test.delivery(self.test.page(8...9, head: 9), to: read)
        #expect(delivery == .first(.complete, head: self.test.at(9)))
        #expect(self.test.resume() == .live)
    }

    @Test mutating func nothingFollowsTheEnd() throws {
        let read = self.test.cursor.start(.now)
        self.test.cursor.close()
        #expect(self.test.answer(self.test.page(head: 7), to: read) == .ignore)
        #expect(self.test.cursor.failed(read) == .ignore)
        #expect(self.test.resume() == .wait)
        #expect(self.test.pass(self.test.run(8...9)) == .ignore)
        try self.test.goLive(at: 12)
        self.test.cursor.close()
        self.test.cursor.fellBehind(at: self.test.at(12))
        #expect(self.test.resume() == .wait)
        #expect(self.test.cursor.position(at: self.test.edge) == nil)
    }

    /// There may be ten million of them.
    @Test func aCursorIsSmall() {
        #expect(MemoryLayout<Cursor>.size <= 64)
    }
}
