import Testing

@testable import Components

@Suite struct DispatchStateTests {
    static let start = ContinuousClock.now

    static func state(_ maximumWaiting: Int) -> DispatchState<String, Int> {
        DispatchState(maximumWaiting: maximumWaiting)
    }

    static func next(_ state: inout DispatchState<String, Int>) throws -> DispatchState<String, Int>.Next {
        let next = state.next()
        return try #require(next)
    }

    @Test func oneSenderRunsOneAtATime() throws {
        var state = Self.state(10)
        for (job, sender) in [(1, "a"), (2, "a"), (3, "b")] {
            #expect(state.submit(job, from: sender, at: Self.start, free: 10) == true)
        }
        let first = try Self.next(&state)
        let other = try Self.next(&state)
        #expect([first.job, other.job] == [1, 3])
        #expect(state.next()?.job == nil)
        #expect(state.waiting == 1)
        state.finished(first.line)
        #expect(state.next()?.job == 2)
    }

    @Test func moreThanMayWaitAreRefused() throws {
        var state = Self.state(2)
        // One may run, so three may come; of one sender that runs none, two.
        #expect(state.submit(1, from: "a", at: Self.start, free: 1) == true)
        #expect(state.submit(2, from: "a", at: Self.start, free: 1) == true)
        #expect(state.submit(3, from: "b", at: Self.start, free: 1) == true)
        #expect(state.submit(4, from: "a", at: Self.start, free: 1) == false)
        #expect(state.submit(5, from: "c", at: Self.start, free: 1) == false)
        let first = try Self.next(&state)
        #expect(state.waiting == 2)
        #expect(state.submit(6, from: "c", at: Self.start, free: 0) == false)
        state.finished(first.line)
        #expect(state.submit(6, from: "c", at: Self.start, free: 1) == true)
    }

    @Test func aBusySenderDoesNotStarveTheOthers() throws {
        var state = Self.state(1000)
        for job in 0..<100 { #expect(state.submit(job, from: "busy", at: Self.start, free: 1) == true) }
        #expect(state.submit(1000, from: "other", at: Self.start, free: 1) == true)
        var order: [Int] = []
        while let next = state.next() {
            order.append(next.job)
            state.finished(next.line)
        }
        #expect(order == [0, 1000] + Array(1..<100))
    }

    @Test func whatHasWaitedTooLongIsTakenOut() throws {
        var state = Self.state(10)
        let later = Self.start + .seconds(1)
        for (job, sender) in [(1, "a"), (2, "a"), (3, "b")] {
            #expect(state.submit(job, from: sender, at: Self.start, free: 0) == true)
        }
        #expect(state.submit(4, from: "a", at: later, free: 0) == true)
        let first = try Self.next(&state)
        #expect(state.oldest == Self.start)
        #expect(state.expire(through: Self.start).sorted() == [2, 3])
        #expect(state.oldest == later)
        #expect(state.waiting == 1)
        // The sender of the one that ran has its turn; the other begins anew.
        #expect(state.next()?.job == nil)
        #expect(state.submit(5, from: "b", at: later, free: 0) == true)
        state.finished(first.line)
        #expect(state.next()?.job == 5)
        #expect(state.next()?.job == 4)
        #expect(state.oldest == nil)
    }

    @Test func allThatWaitsCanBeTakenOut() throws {
        var state = Self.state(10)
        for (job, sender) in [(1, "a"), (2, "a"), (3, "b")] {
            #expect(state.submit(job, from: sender, at: Self.start, free: 0) == true)
        }
        let first = try Self.next(&state)
        #expect(state.drain().sorted() == [2, 3])
        #expect(state.waiting == 0)
        #expect(state.next()?.job == nil)
        state.finished(first.line)
        #expect(state.submit(4, from: "a", at: Self.start, free: 0) == true)
        #expect(state.next()?.job == 4)
    }
}
