import Components
import Edge
import Logging
import MessageBus
import NIOCore
import NIOPosix
import Realtime
import Testing

@testable import BridgeCore

/// What workers answer, and what becomes of it; those on the edge have their tests there.
@Suite(.timeLimit(.minutes(1))) struct WorkersTests {
    private let bus = InMemoryBus()
    private let hub: Hub

    init() async throws {
        let fixture = try CoreFixture()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let dispatcher = ComponentDispatcher(components: [:], logger: logger)
        self.hub = try await Hub(
            configuration: EdgeConfiguration(site: fixture.site),
            group: MultiThreadedEventLoopGroup.singleton,
            node: "n1",
            delegate: EdgeServices(
                verifier: fixture.verifier,
                notifier: fixture.notifier,
                ingest: Ingest(
                    site: fixture.site,
                    channelKey: fixture.channelKey,
                    notifier: fixture.notifier,
                    dispatcher: dispatcher,
                    payloadLimit: 64,
                    now: { CoreFixture.time }
                ),
                upstream: Upstream(
                    dispatcher: dispatcher,
                    store: nil,
                    limits: Upstream.Limits(count: 1, bytes: 1),
                    payloadLimit: 64,
                    metrics: fixture.metrics,
                    logger: logger,
                    now: { CoreFixture.time }
                ),
                log: fixture.log,
                payloadLimit: 64
            ),
            metrics: EdgeMetrics(),
            logger: logger
        )
    }

    private func workers(accounts: Set<ComponentName>?) throws -> Workers {
        let site = try SiteName("demo")
        let broker = BrokerWorkers(
            site: site,
            node: "n1",
            bus: self.bus,
            components: accounts,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        broker.start()
        return Workers(site: site, hub: self.hub, broker: broker, payloadLimit: 64)
    }

    private func request() throws -> ComponentRequest {
        ComponentRequest(
            id: "msg_1",
            time: CoreFixture.time,
            user: "42",
            session: "abc",
            client: "c1",
            component: try ComponentName("mod_quiz"),
            request: "r1",
            payload: EventPayload(stored: Array(#"{"a":1}"#.utf8))
        )
    }

    /// Has a worker behind the broker answer what it is asked, on the topic that it was told.
    private func answering(_ answer: String) throws -> Workers {
        let bus = self.bus
        bus.subscribe(["rt/demo/work/mod_quiz/+"]) { message in
            let job = try? JSONValue.parse(message.payload)
            guard let topic = job?["done"]?.string, job?["user"]?.string == "42", job?["payload"]?["a"]?.int64 == 1
            else { return }
            try? bus.publish(topic: topic, payload: Array(answer.utf8), qos: .atLeastOnce, completion: nil)
        }
        return try self.workers(accounts: nil)
    }

    @Test(arguments: [
        (#"{"ok":true,"payload":{"b": 2}}"#, #"{"b": 2}"#), ("5", "5"), (#"{"ok":"yes"}"#, #"{"ok":"yes"}"#),
        ("[true]", "[true]"), ("{\r\n\"c\":3}", #"{  "c":3}"#), (#"{"payload":1}"#, #"{"payload":1}"#),
    ])
    func anAnswerIsAReplyOrAPayload(_ answer: String, _ payload: String) async throws {
        let workers = try self.answering(answer)
        #expect(String(decoding: try await workers.answer(self.request()).bytes, as: UTF8.self) == payload)
    }

    @Test func anErrorOfAWorkerIsAFailure() async throws {
        let workers = try self.answering(#"{"ok":false,"error":{"code":"busy","message":"secret"}}"#)
        let error = await #expect(throws: WorkerError.self) { try await workers.answer(self.request()) }
        #expect(error?.code == .failed)
    }

    @Test(arguments: [
        "", "no json", "{", #"{"ok":true}"#, #"{"ok":false}"#, #"{"ok":false,"error":{}}"#, "\u{0}",
        "\"\(String(repeating: "x", count: 63))\"", #"{"ok":true,"payload":"\#(String(repeating: "x", count: 63))"}"#,
        String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000),
    ])
    func whatIsNoAnswerIsAFailureToo(_ answer: String) async throws {
        let workers = try self.answering(answer)
        let error = await #expect(throws: WorkerError.self) { try await workers.answer(self.request()) }
        #expect(error?.code == .malformedAnswer)
    }

    /// Nobody has got the message, so that asking again does no harm.
    @Test func whereNobodyIsConnectedItMayBeAskedAgain() async throws {
        let others = try self.workers(accounts: [try ComponentName("mod_chat")])
        await #expect(throws: CallbackUnanswered.self) { try await others.answer(self.request()) }
        let none = Workers(site: try SiteName("demo"), hub: self.hub, broker: nil, payloadLimit: 64)
        await #expect(throws: CallbackUnanswered.self) { try await none.answer(self.request()) }
        let away = try self.workers(accounts: nil)
        self.bus.disconnect()
        await #expect(throws: CallbackUnanswered.self) { try await away.answer(self.request()) }
    }

    @Test func cancellationGivesTheJobUp() async throws {
        let workers = try self.workers(accounts: nil)
        let request = try self.request()
        let (asked, told) = AsyncStream.makeStream(of: Void.self)
        self.bus.subscribe(["rt/demo/work/mod_quiz/+"]) { _ in told.finish() }
        let waiting = Task { try await workers.answer(request) }
        for await _ in asked {}
        waiting.cancel()
        await #expect(throws: CallbackUnanswered.self) { try await waiting.value }
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await workers.answer(request)
        }
        // Whether it finds that before or behind the workers of the edge.
        await #expect(throws: (any Error).self) { try await late.value }
    }
}
