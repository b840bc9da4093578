import Synchronization
import Testing

@testable import Components

@Suite(.timeLimit(.minutes(1))) struct CallbackRetryTests {
    private struct Failure: Error {}

    /// A runner whose callback gives no answer so many times, and the count of its calls.
    private func fixture(
        unanswered: Int,
        retries: Int = 3,
        retryAfter: Duration? = nil
    ) throws -> (RunnerFixture, calls: @Sendable () -> Int) {
        let calls = Mutex(0)
        let fixture = try RunnerFixture(ComponentSettings(retries: retries)) { text in
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            if call <= unanswered { throw CallbackUnanswered("connection refused", retryAfter: retryAfter) }
            return text
        }
        return (fixture, { calls.withLock { $0 } })
    }

    @Test func aCallbackThatDoesNotAnswerIsAskedAgain() async throws {
        let (fixture, calls) = try self.fixture(unanswered: 2)
        try await fixture.run {
            let told = fixture.submit("1")
            for call in 1...2 {
                // The watch over time-outs sleeps too.
                await fixture.clock.asleep(2)
                #expect(calls() == call)
                #expect(told.texts == [])
                fixture.clock.advance(by: Backoff.base * (1 << (call - 1)))
            }
            #expect(await told.ended() == ["answered 1"])
        }
        #expect(calls() == 3)
        #expect(fixture.figures.retried == 2)
        #expect(fixture.figures.failed == 0)
        #expect(fixture.logged == [])
    }

    @Test func itIsGivenUpOnceTheAttemptsAreExhausted() async throws {
        let (fixture, calls) = try self.fixture(unanswered: .max)
        try await fixture.run {
            let told = fixture.submit("1")
            for _ in 1...3 {
                await fixture.clock.asleep(2)
                fixture.clock.advance(by: .seconds(1))
            }
            #expect(await told.ended() == ["unanswered callback_failed"])
        }
        #expect(calls() == 4)
        #expect(fixture.figures.failed == 1)
        #expect(fixture.logged.count == 1)
        #expect(fixture.logged.first?.contains("connection refused") == true)
    }

    @Test func noAttemptBeginsAfterTheTimeOut() async throws {
        let (fixture, calls) = try self.fixture(unanswered: 1, retryAfter: .seconds(5))
        try await fixture.run {
            #expect(await fixture.submit("1").ended() == ["unanswered callback_failed"])
        }
        #expect(calls() == 1)
    }

    @Test func aPauseIsAsLongAsTheCallbackAsks() async throws {
        let (fixture, calls) = try self.fixture(unanswered: 1, retryAfter: .seconds(4))
        try await fixture.run {
            let told = fixture.submit("1")
            await fixture.clock.asleep(2)
            fixture.clock.advance(by: .seconds(3))
            #expect(told.texts == [])
            #expect(calls() == 1)
            fixture.clock.advance(by: .seconds(1))
            #expect(await told.ended() == ["answered 1"])
        }
        #expect(calls() == 2)
    }

    @Test func shutdownEndsAPause() async throws {
        let (fixture, calls) = try self.fixture(unanswered: 1)
        let waiting = Mutex<Told?>(nil)
        try await fixture.run {
            let told = fixture.submit("1")
            await fixture.clock.asleep(2)
            waiting.withLock { $0 = told }
        }
        #expect(waiting.withLock { $0?.texts } == ["unanswered timeout"])
        #expect(calls() == 1)
    }

    @Test func anErrorIsAnAnswerAndIsNotAskedAgain() async throws {
        let calls = Atomic<Int>(0)
        let fixture = try RunnerFixture { _ in
            calls.add(1, ordering: .relaxed)
            throw Failure()
        }
        try await fixture.run {
            #expect(await fixture.submit("1").ended() == ["failed callback_failed"])
        }
        #expect(calls.load(ordering: .relaxed) == 1)
        #expect(fixture.figures.failed == 1)
    }
}
