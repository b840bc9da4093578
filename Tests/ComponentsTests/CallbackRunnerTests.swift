import Realtime
import Synchronization
import Testing

@testable import Components

@Suite(.timeLimit(.minutes(1))) struct CallbackRunnerTests {
    /// Heeds cancellation, and otherwise never ends.
    private static func hang() async throws -> String {
        try await Task.sleep(for: .seconds(3600))
        return "hung"
    }

    @Test func aHungCallbackIsCancelledAloneAtItsTimeOut() async throws {
        let gate = Gate()
        let started = Gate()
        let fixture = try RunnerFixture { text in
            if text == "hang" {
                started.open()
                return try await Self.hang()
            }
            await gate.wait()
            return "\(Task.isCancelled)"
        }
        try await fixture.run {
            let hung = fixture.submit("hang")
            await started.wait()
            fixture.clock.advance(by: .seconds(3))
            let other = fixture.submit("other", user: "b")
            await gate.reached(1)
            fixture.clock.advance(by: .seconds(2))
            #expect(await hung.ended() == ["late", "unanswered timeout"])
            gate.open()
            #expect(await other.ended() == ["answered false"])
            // The place is given anew.
            #expect(await fixture.submit("more").ended() == ["answered false"])
        }
        #expect(fixture.figures.timedOut == 1)
        #expect(fixture.figures.answered == 2)
        #expect(fixture.figures.running == 0)
    }

    @Test func aCallbackThatHeedsNoCancellationKeepsItsPlaceAndItsSendersOrder() async throws {
        let gate = Gate()
        let ran = Mutex<[String]>([])
        let fixture = try RunnerFixture(ComponentSettings(concurrency: 1)) { text in
            ran.withLock { $0.append(text) }
            if text == "1" { await gate.wait() }
            return text
        }
        try await fixture.run {
            let first = fixture.submit("1")
            await gate.reached(1)
            fixture.clock.advance(by: .seconds(5))
            await first.isLate()
            let second = fixture.submit("2")
            let other = fixture.submit("3", user: "b")
            #expect(fixture.figures.running == 1)
            #expect(fixture.figures.waiting == 2)
            #expect(ran.withLock { $0 } == ["1"])
            gate.open()
            #expect(await first.ended() == ["late", "answered 1"])
            #expect(await second.ended() == ["answered 2"])
            #expect(await other.ended() == ["answered 3"])
        }
        #expect(ran.withLock { $0 } == ["1", "3", "2"])
    }

    @Test func whoeverWaitsTooLongIsBusyAndNeverRuns() async throws {
        let gate = Gate()
        let ran = Mutex<[String]>([])
        let fixture = try RunnerFixture { text in
            ran.withLock { $0.append(text) }
            await gate.wait()
            return text
        }
        try await fixture.run {
            let first = fixture.submit("1")
            await gate.reached(1)
            let second = fixture.submit("2")
            fixture.clock.advance(by: .seconds(5))
            #expect(await second.ended() == ["unanswered busy"])
            gate.open()
            #expect(await first.ended() == ["late", "answered 1"])
        }
        #expect(ran.withLock { $0 } == ["1"])
        #expect(fixture.figures.refused == 1)
    }

    @Test func shutdownEndsWhatRunsWhatWaitsAndWhatComesLater() async throws {
        let started = Gate()
        let fixture = try RunnerFixture { _ in
            started.open()
            return try await Self.hang()
        }
        let running = Mutex<[Told]>([])
        try await fixture.run {
            let told = (0..<10).map { fixture.submit("\($0)") }
            await started.wait()
            running.withLock { $0 = told }
        }
        let told = running.withLock { $0 }
        // One has run: it may not be told that it has not.
        #expect(told.map(\.texts) == [["unanswered timeout"]] + Array(repeating: ["unanswered busy"], count: 9))
        #expect(fixture.submit("late").texts == ["unanswered busy"])
        #expect(fixture.figures.refused == 10)
        #expect(fixture.figures.running + fixture.figures.waiting == 0)
        #expect(!fixture.figures.isCircuitOpen)
    }

    @Test func whatBeginsAfterAReplacementUsesTheNewCallback() async throws {
        let gate = Gate()
        let fixture = try RunnerFixture { text in
            await gate.wait()
            return "old \(text)"
        }
        try await fixture.run {
            let first = fixture.submit("1")
            await gate.reached(1)
            let second = fixture.submit("2")
            fixture.runner.replace { "new \($0)" }
            #expect(await fixture.submit("3", user: "b").ended() == ["answered new 3"])
            gate.open()
            #expect(await first.ended() == ["answered old 1"])
            #expect(await second.ended() == ["answered new 2"])
        }
    }

    @Test func aComponentThatNeverAnswersOpensItsCircuitUntilItAnswersAgain() async throws {
        let isDown = Atomic<Bool>(true)
        let calls = Atomic<Int>(0)
        let fixture = try RunnerFixture(ComponentSettings(retries: 0)) { text in
            calls.add(1, ordering: .relaxed)
            if isDown.load(ordering: .relaxed) { throw CallbackUnanswered("refused") }
            return text
        }
        try await fixture.run {
            for number in 0..<CircuitBreaker.threshold {
                #expect(await fixture.submit("\(number)").ended() == ["unanswered callback_failed"])
            }
            #expect(fixture.figures.isCircuitOpen)
            #expect(await fixture.submit("refused").ended() == ["unanswered busy"])
            #expect(calls.load(ordering: .relaxed) == CircuitBreaker.threshold)
            isDown.store(false, ordering: .relaxed)
            fixture.clock.advance(by: CircuitBreaker.shortest)
            #expect(await fixture.submit("back").ended() == ["answered back"])
            #expect(!fixture.figures.isCircuitOpen)
        }
        #expect(fixture.logged.filter { $0.contains("circuit") }.count == 3)
    }

    /// Whatever threads submit and callbacks suspend: each message ends once, each sender's in order.
    @Test func nothingIsLostOrOutOfOrderUnderLoad() async throws {
        let order = Mutex<[String: [Int]]>([:])
        let fixture = try RunnerFixture(ComponentSettings(concurrency: 4, waiting: 100_000)) { text in
            let parts = text.split(separator: " ")
            if parts[1].hasSuffix("3") { await Task.yield() }
            order.withLock { $0[String(parts[0]), default: []].append(Int(parts[1]) ?? -1) }
            return text
        }
        try await fixture.run {
            await withTaskGroup(of: Void.self) { group in
                for user in 0..<20 {
                    group.addTask {
                        let told = (0..<200).map { fixture.submit("u\(user) \($0)", user: "u\(user)") }
                        for (number, told) in told.enumerated() {
                            #expect(await told.ended() == ["answered u\(user) \(number)"])
                        }
                    }
                }
            }
        }
        let expected = Dictionary(uniqueKeysWithValues: (0..<20).map { ("u\($0)", Array(0..<200)) })
        #expect(order.withLock { $0 } == expected)
        #expect(fixture.figures.answered == 4000)
        #expect(fixture.figures.received == 4000)
    }
}
