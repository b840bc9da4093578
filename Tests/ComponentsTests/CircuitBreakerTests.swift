import Testing

@testable import Components

@Suite struct CircuitBreakerTests {
    private let start = ContinuousClock.now

    /// A breaker that has just opened for the given time.
    private func opened(_ generator: inout SeededGenerator) throws -> (breaker: CircuitBreaker, pause: Duration) {
        var breaker = CircuitBreaker()
        for _ in 1..<CircuitBreaker.threshold {
            #expect(breaker.unanswered(isProbe: false, at: self.start, using: &generator) == nil)
            #expect(!breaker.isOpen)
        }
        let change = breaker.unanswered(isProbe: false, at: self.start, using: &generator)
        guard case .opened(let pause)? = change else { throw Unopened() }
        return (breaker, pause)
    }

    private struct Unopened: Error {}

    @Test func anAnswerBetweenKeepsItClosed() {
        var generator = SeededGenerator(seed: 1)
        var breaker = CircuitBreaker()
        for _ in 0..<10 {
            for _ in 1..<CircuitBreaker.threshold {
                #expect(breaker.unanswered(isProbe: false, at: self.start, using: &generator) == nil)
            }
            #expect(breaker.answered(isProbe: false) == nil)
        }
        #expect(!breaker.refuses(at: self.start))
        #expect(breaker.begin() == false)
    }

    @Test func itRefusesUntilThePauseIsOverThenLetsOneThrough() throws {
        var generator = SeededGenerator(seed: 2)
        var (breaker, pause) = try self.opened(&generator)
        #expect(breaker.isOpen)
        #expect((CircuitBreaker.shortest / 2...CircuitBreaker.shortest).contains(pause))
        #expect(breaker.refuses(at: self.start + pause - .nanoseconds(1)))
        #expect(!breaker.refuses(at: self.start + pause))
        #expect(breaker.begin() == true)
        #expect(breaker.refuses(at: self.start + pause))
        #expect(breaker.answered(isProbe: true) == .closed)
        #expect(!breaker.isOpen)
        #expect(!breaker.refuses(at: self.start + pause))
    }

    @Test func whatBeganBeforeItOpenedChangesNothing() throws {
        var generator = SeededGenerator(seed: 3)
        var (breaker, pause) = try self.opened(&generator)
        #expect(breaker.answered(isProbe: false) == nil)
        #expect(breaker.unanswered(isProbe: false, at: self.start, using: &generator) == nil)
        #expect(breaker.refuses(at: self.start))
        #expect(breaker.begin() == true)
        #expect(breaker.answered(isProbe: false) == nil)
        #expect(breaker.unanswered(isProbe: false, at: self.start + pause, using: &generator) == nil)
        #expect(breaker.refuses(at: self.start + .seconds(100)))
    }

    @Test func thePauseDoublesUpToItsMaximumAndBeginsAnewOnceItCloses() throws {
        var generator = SeededGenerator(seed: 4)
        var (breaker, _) = try self.opened(&generator)
        var expected = CircuitBreaker.shortest
        for _ in 0..<8 {
            expected = min(expected * 2, CircuitBreaker.longest)
            #expect(breaker.begin() == true)
            let change = breaker.unanswered(isProbe: true, at: self.start, using: &generator)
            guard case .opened(let pause)? = change else { throw Unopened() }
            #expect((expected / 2...expected).contains(pause))
        }
        #expect(expected == CircuitBreaker.longest)
        #expect(breaker.begin() == true)
        #expect(breaker.answered(isProbe: true) == .closed)
        for _ in 1..<CircuitBreaker.threshold {
            #expect(breaker.unanswered(isProbe: false, at: self.start, using: &generator) == nil)
        }
        guard case .opened(let pause)? = breaker.unanswered(isProbe: false, at: self.start, using: &generator) else {
            throw Unopened()
        }
        #expect(pause <= CircuitBreaker.shortest)
    }
}
