import Testing

@testable import Components

@Suite struct RunnerStateTests {
    /// Whatever comes and ends in whatever order: bounds hold, each sender keeps its order, each message ends once.
    @Test(arguments: 0..<40)
    func holdsItsBoundsAndOrders(_ seed: UInt64) {
        var model = RunnerModel(seed: seed)
        for job in 0..<2000 { model.step(job) }
        model.finishAll()
        #expect(model.faults.first == nil)
        #expect(model.ends.values.allSatisfy { $0 == 1 })
        #expect(model.ends.count == 2000)
        #expect(model.state.running == 0)
        #expect(model.state.waiting == 0)
    }

    /// The model reaches what it is to check.
    @Test func theModelSeesEveryKindOfEnd() {
        var counts = RunnerModel.Counts()
        for seed in 0..<40 as Range<UInt64> {
            var model = RunnerModel(seed: seed)
            for job in 0..<2000 { model.step(job) }
            counts.add(model.counts)
        }
        #expect(counts.expired > 0)
        #expect(counts.late > 0)
        #expect(counts.tooMany > 0)
        #expect(counts.circuitOpen > 0)
        #expect(counts.probes > 0)
    }

    @Test func aBurstWakesOneWorkerWhichWakesTheNext() {
        var state = RunnerState<String, Int>(settings: ComponentSettings(concurrency: 2))
        let now = ContinuousClock.now
        #expect(state.submit(1, from: "a", at: now).wake == .newWorker)
        #expect(state.submit(2, from: "b", at: now).wake == nil)
        #expect(state.submit(3, from: "c", at: now).wake == nil)
        let first = state.began()
        #expect(state.next(first, isWoken: true, at: now).wake == .newWorker)
        let second = state.began()
        #expect(state.next(second, isWoken: true, at: now).wake == nil)
        #expect(state.running == 2)
        #expect(state.answered(first).isLate == false)
        #expect(state.next(first, isWoken: false, at: now).wake == nil)
        #expect(state.answered(first).isLate == false)
        // Nothing is left: it rests, and is woken for the next message.
        guard case .rest = state.next(first, isWoken: false, at: now).step else {
            Issue.record("a worker without work must rest")
            return
        }
        #expect(state.park() == true)
        #expect(state.submit(4, from: "a", at: now).wake == .idleWorker)
    }

    @Test func aNapLastsUntilTheNextDeadlineOrOneTimeOut() {
        var generator = SeededGenerator(seed: 1)
        var state = RunnerState<String, Int>(settings: ComponentSettings(timeout: .seconds(64)))
        let now = ContinuousClock.now
        #expect(state.due(at: now, using: &generator).nap == .seconds(64))
        _ = state.submit(1, from: "a", at: now)
        let worker = state.began()
        _ = state.next(worker, isWoken: true, at: now + .seconds(10))
        _ = state.submit(2, from: "a", at: now + .seconds(20))
        #expect(state.due(at: now + .seconds(30), using: &generator).nap == .seconds(44))
        let due = state.due(at: now + .seconds(74), using: &generator)
        #expect(due.late.map(\.job) == [1])
        #expect(due.expired == [])
        #expect(due.nap == .seconds(10))
        // Told once; and deadlines that lie close together are dealt with together.
        let later = state.due(at: now + .seconds(84) - .milliseconds(1), using: &generator)
        #expect(later.late.isEmpty)
        #expect(later.nap == .seconds(1))
        #expect(state.due(at: now + .seconds(84), using: &generator).expired == [2])
        #expect(state.answered(worker).isLate == true)
    }
}
