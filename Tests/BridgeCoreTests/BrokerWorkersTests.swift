import Edge
import Logging
import MessageBus
import Realtime
import Synchronization
import Testing

@testable import BridgeCore

/// Jobs go to the broker's workers; the first answer that names a job counts, and nothing else does.
@Suite(.timeLimit(.minutes(1))) struct BrokerWorkersTests {
    private static let node = "n1"

    private let bus = InMemoryBus()
    private let workers: BrokerWorkers
    private let jobs = Jobs()

    private final class Jobs: Sendable {
        private let all = Mutex<[BusMessage]>([])

        var list: [BusMessage] { self.all.withLock { $0 } }
        func add(_ message: BusMessage) { self.all.withLock { $0.append(message) } }
    }

    init() throws {
        self.workers = BrokerWorkers(
            site: try SiteName("demo"),
            node: Self.node,
            bus: self.bus,
            components: [try ComponentName("mod_quiz")],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        self.workers.start()
        let jobs = self.jobs
        self.bus.subscribe(["rt/demo/work/#"]) { jobs.add($0) }
    }

    private func job(_ id: String = "j1") throws -> WorkerJob {
        WorkerJob(id: id, component: try ComponentName("mod_quiz"), body: Array(#"{"job":"\#(id)"}"#.utf8))
    }

    private func publish(_ topic: String, _ payload: String) throws {
        try self.bus.publish(topic: topic, payload: Array(payload.utf8), qos: .atLeastOnce, completion: nil)
    }

    private func text(_ outcome: WorkerOutcome) -> String {
        switch outcome {
        case .answered(let body): String(decoding: body, as: UTF8.self)
        case .lost: "lost"
        }
    }

    @Test func aJobIsAnsweredOnce() async throws {
        async let outcome = self.workers.assign(try self.job())
        while self.jobs.list.isEmpty { await Task.yield() }
        #expect(
            self.jobs.list == [BusMessage(topic: "rt/demo/work/mod_quiz/j1", payload: Array(#"{"job":"j1"}"#.utf8))])
        try self.publish("rt/demo/done/n1/j1", "first")
        try self.publish("rt/demo/done/n1/j1", "second")
        #expect(self.text(try await outcome) == "first")
        // What comes for a job that is over is not kept for one that follows.
        async let next = self.workers.assign(try self.job("j2"))
        while self.jobs.list.count < 2 { await Task.yield() }
        try self.publish("rt/demo/done/n1/j1", "third")
        try self.publish("rt/demo/done/n1/j2", "fourth")
        #expect(self.text(try await next) == "fourth")
    }

    /// Another job's answer, other topics, and an answer before there is such a job.
    @Test func onlyTheJobsOwnTopicCounts() async throws {
        try self.publish("rt/demo/done/n1/j1", "early")
        async let outcome = self.workers.assign(try self.job())
        async let other = self.workers.assign(try self.job("j2"))
        while self.jobs.list.count < 2 { await Task.yield() }
        for topic in [
            "rt/demo/done/n1/j", "rt/demo/done/n1/J1", "rt/demo/done/n2/j1", "rt/demo/done/n1/j1/j1",
            "rt/other/done/n1/j1", "rt/demo/work/mod_quiz/j1", "rt/demo/done/n1/j1%", "rt/demo/done/n1/ j1",
            "rt/demo/done/n1/\u{E9}", "rt/demo/done/n1/", "rt/demo/done/n1/\(String(repeating: "j", count: 41))",
        ] {
            try self.publish(topic, "forged")
        }
        try self.publish("rt/demo/done/n1/j2", "theirs")
        try self.publish("rt/demo/done/n1/j1", "mine")
        #expect(self.text(try await outcome) == "mine")
        #expect(self.text(try await other) == "theirs")
    }

    @Test func whoeverIsNotConnectedLosesTheJob() async throws {
        let component = try ComponentName("mod_quiz")
        #expect(self.workers.serves(component))
        #expect(!self.workers.serves(try ComponentName("mod_chat")))
        self.bus.disconnect()
        #expect(!self.workers.serves(component))
        #expect(self.text(await self.workers.assign(try self.job())) == "lost")
        self.bus.reconnect()
        #expect(self.workers.serves(component))
        // That job is given up: its late answer is nobody's.
        try self.publish("rt/demo/done/n1/j1", "late")
        #expect(self.jobs.list.isEmpty)
    }

    /// A worker that dies says nothing: the component's time-out cancels the wait.
    @Test func aJobThatNobodyAnswersIsGivenUp() async throws {
        let job = try self.job()
        let waiting = Task { await self.workers.assign(job) }
        while self.jobs.list.isEmpty { await Task.yield() }
        waiting.cancel()
        #expect(self.text(await waiting.value) == "lost")
        try self.publish("rt/demo/done/n1/j1", "late")
        let again = Task { await self.workers.assign(job) }
        while self.jobs.list.count < 2 { await Task.yield() }
        try self.publish("rt/demo/done/n1/j1", "in time")
        #expect(self.text(await again.value) == "in time")
    }

    @Test func whatIsCancelledBeforehandIsNotPublished() async throws {
        let job = try self.job()
        let waiting = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await self.workers.assign(job)
        }
        #expect(self.text(await waiting.value) == "lost")
        #expect(self.jobs.list.isEmpty)
    }

    @Test func manyJobsGetTheirOwnAnswers() async throws {
        let bus = self.bus
        bus.subscribe(["rt/demo/work/#"]) { message in
            let id = message.topic.split(separator: "/").last ?? ""
            try? bus.publish(topic: "rt/demo/done/n1/\(id)", payload: Array(id.utf8), qos: .atMostOnce, completion: nil)
        }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            // As many as there are numbers.
            for number in 0..<100 {
                let job = try self.job("j\(number)")
                group.addTask { self.text(await self.workers.assign(job)) == job.id }
            }
            for try await isOwn in group { #expect(isOwn) }
        }
    }
}
