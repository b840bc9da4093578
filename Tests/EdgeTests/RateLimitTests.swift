import Testing

@testable import Edge

@Suite struct RateLimitTests {
    /// How many of so many tries are allowed.
    private static func take(_ tries: Range<Int>, from limit: inout RateLimit, now: Int64) -> Int {
        var taken = 0
        for _ in tries where limit.take(now: now) { taken += 1 }
        return taken
    }

    @Test func asManyAgainMayComeAtOnce() {
        var limit = RateLimit(perSecond: 5, now: 100)
        #expect(Self.take(0..<12, from: &limit, now: 100) == 10)
    }

    @Test func aSecondRefillsItsShare() {
        var limit = RateLimit(perSecond: 5, now: 100)
        while limit.take(now: 100) {}
        #expect(Self.take(0..<12, from: &limit, now: 101) == 5)
    }

    @Test func aLongPauseRefillsNoMoreThanTheBucket() {
        var limit = RateLimit(perSecond: 5, now: 0)
        while limit.take(now: 0) {}
        #expect(Self.take(0..<50, from: &limit, now: .max) == 10)
    }

    @Test func aClockSetBackRefillsNothing() {
        var limit = RateLimit(perSecond: 5, now: 100)
        while limit.take(now: 100) {}
        #expect(Self.take(0..<3, from: &limit, now: 50) == 0)
        #expect(Self.take(0..<9, from: &limit, now: 51) == 5)
    }

    @Test func overTimeNoMoreThanTheRateIsTaken() {
        var generator = SeededGenerator(seed: 4)
        var limit = RateLimit(perSecond: 7, now: 0)
        var taken = 0
        var now: Int64 = 0
        for _ in 0..<2000 {
            if limit.take(now: now) { taken += 1 }
            if Int.random(in: 0..<10, using: &generator) == 0 { now += 1 }
        }
        #expect(taken <= 14 + 7 * Int(now))
    }
}
