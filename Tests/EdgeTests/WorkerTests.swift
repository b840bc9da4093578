import MQTTCodec
import NIOCore
import Realtime
import Synchronization
import Testing

@testable import Edge

/// A job goes to one worker, and only that worker's answer counts.
@Suite struct WorkerTests {
    /// What became of jobs, in order.
    private final class Outcomes: Sendable {
        private let all = Mutex<[String]>([])

        var list: [String] { self.all.withLock { $0 } }

        func add(_ job: String, _ outcome: WorkerOutcome) {
            self.all.withLock { all in
                switch outcome {
                case .answered(let body): all.append("\(job) \(String(decoding: body, as: UTF8.self))")
                case .lost: all.append("\(job) lost")
                }
            }
        }
    }

    private let fixture: EdgeFixture
    private let component: ComponentName
    private let outcomes = Outcomes()

    init() throws {
        self.fixture = try EdgeFixture()
        self.component = try ComponentName("mod_quiz")
    }

    private func worker(_ version: MQTTVersion = .v5, user: String = "grader") throws -> TestClient {
        let grant = try EdgeFixture.grant(user: user, role: .service, components: ["mod_quiz"])
        let client = try self.fixture.connected(version, grant)
        #expect(try client.subscribe("rt/demo/work/mod_quiz/#") == [.success])
        return client
    }

    /// Hands a job out as the hub does.
    @discardableResult
    private func assign(_ id: String) -> Bool {
        let job = WorkerJob(id: id, component: self.component, body: Array(#"{"job":"\#(id)"}"#.utf8))
        let outcomes = self.outcomes
        let workers = self.fixture.loop.shared.workers
        guard let worker = workers.assign(job, completion: { outcomes.add(id, $0) }) else { return false }
        if self.fixture.loop.connections[worker.connection]?.handOut(job) != true { workers.lose(id) }
        self.fixture.turn()
        return true
    }

    private func answer(_ client: TestClient, _ topic: String, _ body: String = "1") throws -> ReasonCode? {
        try client.publish(topic, body, packetID: 3)
        for case .puback(let acknowledgement) in try client.receive() { return acknowledgement.reason }
        return nil
    }

    @Test(arguments: [MQTTVersion.v3_1_1, .v5])
    func aWorkerAnswersItsJob(_ version: MQTTVersion) throws {
        let worker = try self.worker(version)
        #expect(self.assign("j1"))
        guard case .publish(let job)? = try worker.receive().first else {
            Issue.record("there was no job")
            return
        }
        #expect(String(buffer: job.topic) == "rt/demo/work/mod_quiz/j1")
        #expect(String(buffer: job.payload) == #"{"job":"j1"}"#)
        #expect(job.properties.responseTopic == (version == .v5 ? "rt/demo/done/node/j1" : nil))
        #expect(try self.answer(worker, "rt/demo/done/node/j1", "yes") == .success)
        #expect(self.outcomes.list == ["j1 yes"])
    }

    @Test func anAnswerCountsOnce() throws {
        let worker = try self.worker()
        self.assign("j1")
        _ = try worker.receive()
        #expect(try self.answer(worker, "rt/demo/done/node/j1", "a") == .success)
        #expect(try self.answer(worker, "rt/demo/done/node/j1", "b") == .notAuthorized)
        #expect(self.outcomes.list == ["j1 a"])
    }

    @Test func onlyTheWorkerThatHasTheJobAnswersIt() throws {
        let first = try self.worker()
        self.assign("j1")
        let second = try self.worker(user: "other")
        #expect(try self.answer(second, "rt/demo/done/node/j1") == .notAuthorized)
        #expect(try self.answer(second, "rt/demo/done/node/j2") == .notAuthorized)
        #expect(try self.answer(second, "rt/demo/done/elsewhere/j1") == .notAuthorized)
        _ = try first.receive()
        #expect(self.outcomes.list.isEmpty)
        #expect(try self.answer(first, "rt/demo/done/node/j1") == .success)
    }

    @Test func clientsAreNoWorkers() throws {
        let client = try self.fixture.connected(.v5, try EdgeFixture.grant(components: ["mod_quiz"]))
        #expect(try client.subscribe("rt/demo/work/mod_quiz/#") == [.notAuthorized])
        let stranger = try self.fixture.connected(
            .v5, try EdgeFixture.grant(user: "s", role: .service, components: ["mod_chat"]))
        #expect(try stranger.subscribe("rt/demo/work/mod_quiz/#") == [.notAuthorized])
        #expect(!self.assign("j1"))
        #expect(try self.answer(client, "rt/demo/done/node/j1") == .notAuthorized)
    }

    @Test func jobsOfWhoeverLeavesAreLost() throws {
        let worker = try self.worker()
        self.assign("j1")
        self.assign("j2")
        worker.leave()
        #expect(self.outcomes.list.sorted() == ["j1 lost", "j2 lost"])
        #expect(!self.assign("j3"))
        #expect(self.fixture.metrics.workers == 0)
    }

    @Test func jobsAreSpreadByHowManyEachHas() throws {
        let workers = [try self.worker(), try self.worker(user: "other")]
        for number in 1...4 { self.assign("j\(number)") }
        let jobs = try workers.map { try $0.receiveMessages().map(\.topic) }
        #expect(jobs.map(\.count) == [2, 2])
        #expect(try self.answer(workers[0], jobs[0][0].replacing("work/mod_quiz", with: "done/node")) == .success)
        self.assign("j5")
        #expect(try workers[0].receiveMessages().map(\.topic) == ["rt/demo/work/mod_quiz/j5"])
    }

    @Test func whoHasUnsubscribedGetsNoMoreButMayAnswer() throws {
        let worker = try self.worker()
        self.assign("j1")
        _ = try worker.receive()
        try worker.send(
            .unsubscribe(Unsubscribe(packetID: 2, filters: [ByteBuffer(string: "rt/demo/work/mod_quiz/#")])))
        #expect(try worker.receive() == [.unsuback(UnsubAck(packetID: 2, reasons: [.success]))])
        #expect(!self.assign("j2"))
        #expect(try self.answer(worker, "rt/demo/done/node/j1") == .success)
    }

    @Test func aWorkerThatDoesNotReadLosesTheJob() throws {
        let worker = try self.worker()
        worker.stopReading()
        self.assign("j1")
        #expect(self.outcomes.list == ["j1 lost"])
    }

    @Test func abandonedJobsAreNotAnswered() throws {
        let worker = try self.worker()
        self.assign("j1")
        _ = try worker.receive()
        self.fixture.loop.shared.workers.abandon("j1")
        #expect(try self.answer(worker, "rt/demo/done/node/j1") == .notAuthorized)
        #expect(self.outcomes.list.isEmpty)
    }

    @Test func subscribingTwiceIsOnePlace() throws {
        let worker = try self.worker()
        #expect(try worker.subscribe("rt/demo/work/mod_quiz/#") == [.success])
        #expect(self.fixture.metrics.workers == 1)
        worker.leave()
        #expect(self.fixture.metrics.workers == 0)
    }
}
