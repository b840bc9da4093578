import Testing

@testable import Components

@Suite struct DispatchStateTests {
    @Test func oneSenderRunsOneAtATime() {
        var state = DispatchState<String, Int>(concurrency: 10, maximumWaiting: 10)
        guard case .run(1) = state.submit(1, from: "a"), case .wait = state.submit(2, from: "a"),
            case .run(3) = state.submit(3, from: "b")
        else {
            Issue.record("senders do not run side by side, each in order")
            return
        }
        #expect(state.finished("a")?.job == 2)
        #expect(state.finished("b") == nil)
        #expect(state.finished("a") == nil)
        guard case .run(4) = state.submit(4, from: "a") else {
            Issue.record("a sender whose messages are done must run again")
            return
        }
    }

    @Test func moreThanMayWaitAreRefused() {
        var state = DispatchState<String, Int>(concurrency: 1, maximumWaiting: 2)
        guard case .run = state.submit(1, from: "a"), case .wait = state.submit(2, from: "a"),
            case .wait = state.submit(3, from: "b"), case .refuse = state.submit(4, from: "a"),
            case .refuse = state.submit(5, from: "c")
        else {
            Issue.record("the bound of waiting messages does not hold")
            return
        }
        #expect(state.waiting == 2)
        #expect(state.finished("a")?.job == 3)
        guard case .wait = state.submit(6, from: "c") else {
            Issue.record("a free place must be given")
            return
        }
    }

    @Test func aBusySenderDoesNotStarveTheOthers() {
        var state = DispatchState<String, Int>(concurrency: 1, maximumWaiting: 1000)
        for job in 0..<100 { _ = state.submit(job, from: "busy") }
        _ = state.submit(1000, from: "other")
        var order: [String] = []
        var sender = "busy"
        while let next = state.finished(sender) {
            order.append(next.sender)
            sender = next.sender
        }
        #expect(order.firstIndex(of: "other") == 0)
        #expect(order.count == 100)
    }

    /// Whatever comes and ends in whatever order: bounds hold, each sender keeps its order, and nothing is left behind.
    @Test(arguments: 0..<20)
    func holdsItsBoundsAndOrders(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let concurrency = Int.random(in: 1...5, using: &generator)
        let maximumWaiting = Int.random(in: 0...20, using: &generator)
        var state = DispatchState<Int, Int>(concurrency: concurrency, maximumWaiting: maximumWaiting)
        var running: [Int: Int] = [:]
        var accepted: [Int: [Int]] = [:]
        var ran: [Int: [Int]] = [:]
        func start(_ job: Int, of sender: Int) {
            #expect(running[sender] == nil)
            running[sender] = job
            ran[sender, default: []].append(job)
            #expect(running.count <= concurrency)
        }
        func finish(_ sender: Int) {
            running[sender] = nil
            if let next = state.finished(sender) { start(next.job, of: next.sender) }
        }
        for job in 0..<1000 {
            if Bool.random(using: &generator) {
                let sender = Int.random(in: 0..<8, using: &generator)
                switch state.submit(job, from: sender) {
                case .run(let job):
                    accepted[sender, default: []].append(job)
                    start(job, of: sender)
                case .wait:
                    accepted[sender, default: []].append(job)
                    // Waits only behind its own sender, or for a place.
                    #expect(running[sender] != nil || running.count == concurrency)
                case .refuse:
                    #expect(state.waiting == maximumWaiting)
                }
            } else if let sender = running.keys.sorted().randomElement(using: &generator) {
                finish(sender)
            }
            #expect((0...maximumWaiting).contains(state.waiting))
        }
        while let sender = running.keys.min() { finish(sender) }
        #expect(ran == accepted)
        #expect(state.waiting == 0)
    }
}
