import Testing

@testable import Components

@Suite struct BackoffTests {
    @Test(arguments: 0..<20) func pausesGrowWithinTheirBounds(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var backoff = Backoff(retries: 10)
        var ceiling = Backoff.base
        for _ in 0..<10 {
            let next = backoff.next(retryAfter: nil, remaining: .seconds(60), using: &generator)
            let pause = try #require(next)
            #expect((.zero...ceiling).contains(pause))
            ceiling = min(ceiling * 2, Backoff.cap)
        }
        #expect(ceiling == Backoff.cap)
        #expect(backoff.next(retryAfter: nil, remaining: .seconds(60), using: &generator) == nil)
        #expect(backoff.attempts == 10)
    }

    @Test func itSpreadsOverTheWholeRange() {
        var generator = SeededGenerator(seed: 1)
        let pauses = (0..<200).compactMap { _ in
            var backoff = Backoff(retries: 1)
            return backoff.next(retryAfter: nil, remaining: .seconds(60), using: &generator)
        }
        #expect(pauses.contains { $0 < Backoff.base / 10 })
        #expect(pauses.contains { $0 > Backoff.base * 9 / 10 })
    }

    @Test func whatTheCallbackAsksForIsTheLeast() {
        var generator = SeededGenerator(seed: 2)
        var backoff = Backoff(retries: 3)
        #expect(backoff.next(retryAfter: .seconds(3), remaining: .seconds(5), using: &generator) == .seconds(3))
        // The next attempt would begin after the end.
        #expect(backoff.next(retryAfter: .seconds(3), remaining: .seconds(3), using: &generator) == nil)
    }
}
