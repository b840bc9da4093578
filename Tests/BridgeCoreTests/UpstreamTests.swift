import Components
import Edge
import EventLog
import Logging
import Realtime
import Synchronization
import Testing

@testable import BridgeCore

/// What users send is answered once, and the answer is durable before anyone sees it.
@Suite(.timeLimit(.minutes(1))) struct UpstreamTests {
    /// A store that keeps nothing before it is told to.
    private final class HeldStore: ReplyStore {
        private let held = Mutex<[@Sendable (Result<Void, RealtimeError>) -> Void]>([])
        private let batches = Mutex<[[KeptReply]]>([])

        var kept: [[KeptReply]] { self.batches.withLock { $0 } }

        func keep(
            _ collect: @escaping @Sendable () -> [KeptReply],
            completion: @escaping @Sendable (Result<Void, RealtimeError>) -> Void
        ) {
            let replies = collect()
            self.batches.withLock { $0.append(replies) }
            self.held.withLock { $0.append(completion) }
        }

        /// Ends the commits that are under way.
        func finish(_ result: Result<Void, RealtimeError> = .success(())) {
            let held = self.held.withLock { held in
                defer { held = [] }
                return held
            }
            for completion in held { completion(result) }
        }

        func load(now: Int64) async throws(RealtimeError) -> [KeptReply] { [] }
        func close() async {}
    }

    private final class Seen: Sendable {
        private let all = Mutex<[String]>([])

        var list: [String] { self.all.withLock { $0 } }
        func add(_ text: String) { self.all.withLock { $0.append(text) } }
    }

    private final class Counter: Sendable {
        private let number = Atomic<Int>(0)

        func next() -> Int { self.number.add(1, ordering: .relaxed).newValue }
    }

    private let metrics = BridgeMetrics()

    /// A way upstream to a callback that answers at once with the number of its run.
    private func upstream(
        store: (any ReplyStore)? = nil,
        count: Int = 100,
        bytes: Int = 1 << 20,
        now: @escaping @Sendable () -> Int64 = { CoreFixture.time }
    ) throws -> Upstream {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let quiz = try ComponentName("mod_quiz")
        let dispatcher = ComponentDispatcher(components: [quiz: ComponentSettings()], logger: logger)
        let counter = Counter()
        try dispatcher.register(
            quiz, callback: .immediate { _ in EventPayload(stored: Array("\(counter.next())".utf8)) })
        return Upstream(
            dispatcher: dispatcher,
            store: store,
            limits: Upstream.Limits(count: count, bytes: bytes),
            payloadLimit: 64,
            metrics: self.metrics,
            logger: logger,
            now: now
        )
    }

    private func message(
        _ payload: String = "1",
        request: String = "r1",
        user: String = "42",
        session: String = "abc",
        component: String = "mod_quiz"
    ) throws -> UpstreamMessage {
        UpstreamMessage(
            user: user,
            session: session,
            client: "c1",
            component: try ComponentName(component),
            request: request,
            payload: Array(payload.utf8)
        )
    }

    private func text(_ reply: Upstream.Reply) -> String {
        String(decoding: reply.body, as: UTF8.self)
    }

    private func code(_ reply: Upstream.Reply) -> RealtimeError.Code? {
        if case .refused(let error) = reply { error.code } else { nil }
    }

    @Test func theSameRequestRunsOnce() async throws {
        let upstream = try self.upstream()
        #expect(self.text(await upstream.submit(try self.message())) == #"{"ok":true,"payload":1}"#)
        #expect(self.text(await upstream.submit(try self.message())) == #"{"ok":true,"payload":1}"#)
        #expect(self.metrics.upstreamRepetitions == 1)
        #expect(self.code(await upstream.submit(try self.message("2"))) == .requestReused)
        for other in [
            try self.message(request: "r2"), try self.message(user: "43"), try self.message(session: "other"),
        ] {
            #expect(self.text(await upstream.submit(other)) != #"{"ok":true,"payload":1}"#)
        }
    }

    @Test(arguments: [
        ("", RealtimeError.Code.payloadInvalid), ("{", .payloadInvalid),
        (String(repeating: "1", count: 65), .payloadTooLarge),
    ])
    func badPayloadsAreRefused(payload: String, code: RealtimeError.Code) async throws {
        #expect(self.code(try await self.upstream().submit(try self.message(payload))) == code)
    }

    @Test func componentsThatAreNotEnabledAreRefused() async throws {
        #expect(
            self.code(try await self.upstream().submit(try self.message(component: "mod_forum"))) == .componentDisabled)
    }

    @Test func aFullWindowIsBusyAndForgetsNothing() async throws {
        let upstream = try self.upstream(count: 8)
        #expect(self.text(await upstream.submit(try self.message())) == #"{"ok":true,"payload":1}"#)
        // One user has an eighth: one.
        #expect(self.code(await upstream.submit(try self.message(request: "r2"))) == .busy)
        #expect(self.text(await upstream.submit(try self.message(user: "43"))) == #"{"ok":true,"payload":2}"#)
        #expect(self.text(await upstream.submit(try self.message())) == #"{"ok":true,"payload":1}"#)
    }

    /// Whoever asks meanwhile waits with the first; what comes meanwhile is stored together.
    @Test func nobodySeesAReplyBeforeItIsStored() async throws {
        let store = HeldStore()
        let upstream = try self.upstream(store: store)
        let seen = Seen()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, request) in ["r1", "r1", "r2", "r3"].enumerated() {
                group.addTask {
                    let reply = await upstream.submit(try self.message(request: request))
                    seen.add(self.text(reply))
                }
                // The first is on its way to the store before the others come.
                while index == 0, store.kept.isEmpty { await Task.yield() }
            }
            while self.metrics.upstreamMessages < 4 || self.metrics.upstreamRepetitions < 1 { await Task.yield() }
            #expect(seen.list.isEmpty)
            // Those of r2 and r3, once they have run, wait for the first commit.
            while store.kept.count < 2 {
                store.finish()
                await Task.yield()
            }
            while seen.list.count < 4 {
                store.finish()
                await Task.yield()
            }
            try await group.waitForAll()
        }
        #expect(seen.list.count { $0 == #"{"ok":true,"payload":1}"# } == 2)
        #expect(store.kept.flatMap { $0 }.count == 3)
    }

    /// The callback has run: its answer is told though it may be asked for again after a crash.
    @Test func aStoreThatFailsKeepsNoAnswerBack() async throws {
        let store = HeldStore()
        let upstream = try self.upstream(store: store)
        async let first = upstream.submit(try self.message())
        while store.kept.count < 1 { await Task.yield() }
        store.finish(.failure(RealtimeError(.logUnavailable, "no")))
        #expect(self.text(try await first) == #"{"ok":true,"payload":1}"#)
        async let second = upstream.submit(try self.message(request: "r2"))
        while store.kept.count < 2 { await Task.yield() }
        store.finish()
        #expect(self.text(try await second) == #"{"ok":true,"payload":2}"#)
    }

    @Test func whatIsRememberedIsMeasured() async throws {
        let store = HeldStore()
        let upstream = try self.upstream(store: store)
        #expect(upstream.status == UpstreamStatus(requests: 0, bytes: 0, isStoring: true))
        async let first = upstream.submit(try self.message())
        while store.kept.isEmpty { await Task.yield() }
        #expect(upstream.status.requests == 1)
        store.finish(.failure(RealtimeError(.logUnavailable, "no")))
        let size = OnceWindow<Int>.entryBytes + self.text(try await first).utf8.count
        #expect(upstream.status == UpstreamStatus(requests: 1, bytes: size, isStoring: false))
        async let second = upstream.submit(try self.message(user: "43"))
        while store.kept.count < 2 { await Task.yield() }
        store.finish()
        _ = try await second
        #expect(upstream.status == UpstreamStatus(requests: 2, bytes: 2 * size, isStoring: true))
    }

    /// Another life goes by the wall clock alone: whatever that did meanwhile, a reply is kept for ten minutes from now on.
    @Test(arguments: [20, -20]) func aClockThatIsSetKeepsRepliesForTheirTime(minutes: Int64) async throws {
        let clock = Atomic<Int64>(CoreFixture.time)
        let store = HeldStore()
        let upstream = try self.upstream(store: store) { clock.load(ordering: .relaxed) }
        let set = CoreFixture.time + minutes * 60_000
        clock.store(set, ordering: .relaxed)
        async let reply = upstream.submit(try self.message())
        while store.kept.isEmpty { await Task.yield() }
        store.finish()
        #expect(self.text(try await reply) == #"{"ok":true,"payload":1}"#)
        #expect(store.kept.first?.map(\.expires) == [set + 600_000])
    }

    @Test func whatCouldNotBeStoredIsStoredWithWhatComesNext() async throws {
        let store = HeldStore()
        let upstream = try self.upstream(store: store)
        async let first = upstream.submit(try self.message(request: "r1"))
        while store.kept.isEmpty { await Task.yield() }
        store.finish(.failure(RealtimeError(.logUnavailable, "the disk is full")))
        #expect(self.text(try await first) == #"{"ok":true,"payload":1}"#)
        async let second = upstream.submit(try self.message(request: "r2"))
        while store.kept.count < 2 { await Task.yield() }
        #expect(!upstream.status.isStoring)
        #expect(store.kept[1].map(\.reply) == [1, 2].map { Array(#"{"ok":true,"payload":\#($0)}"#.utf8) })
        store.finish()
        #expect(self.text(try await second) == #"{"ok":true,"payload":2}"#)
        #expect(upstream.status.isStoring)
    }

    @Test func anotherLifeGivesTheSameReply() async throws {
        let store = InMemoryReplyStore(now: { CoreFixture.time })
        #expect(
            self.text(try await self.upstream(store: store).submit(try self.message())) == #"{"ok":true,"payload":1}"#)
        let second = try self.upstream(store: store)
        try await second.restore()
        // Its own callback would answer 1 as well: another request shows that it has not run.
        #expect(self.text(await second.submit(try self.message())) == #"{"ok":true,"payload":1}"#)
        #expect(self.text(await second.submit(try self.message(request: "r2"))) == #"{"ok":true,"payload":1}"#)
        #expect(self.code(await second.submit(try self.message("2"))) == .requestReused)
    }

    /// A store that answers within the call, and while it keeps one reply is asked for the next, so many times.
    private final class ImmediateStore: ReplyStore {
        private struct Asking: Sendable {
            var next: @Sendable (Int) -> Void = { _ in }
        }

        private let rounds: Int
        private let count = Atomic<Int>(0)
        /// Where the stack stood in each call.
        private let stack = Mutex<[UInt]>([])
        private let asking = Mutex(Asking())

        init(rounds: Int) {
            self.rounds = rounds
        }

        func onKeeping(_ body: @escaping @Sendable (Int) -> Void) {
            self.asking.withLock { $0.next = body }
        }

        var kept: Int { self.count.load(ordering: .relaxed) }

        /// The bytes of stack between the highest and the lowest call.
        var stackSpread: UInt { self.stack.withLock { ($0.max() ?? 0) - ($0.min() ?? 0) } }

        func keep(
            _ collect: @escaping @Sendable () -> [KeptReply],
            completion: @escaping @Sendable (Result<Void, RealtimeError>) -> Void
        ) {
            let replies = collect()
            var count = self.count.add(replies.count, ordering: .relaxed).newValue
            let place = withUnsafeMutablePointer(to: &count) { UInt(bitPattern: $0) }
            self.stack.withLock { $0.append(place) }
            if count < self.rounds { self.asking.withLock { $0 }.next(count) }
            completion(.success(()))
        }

        func load(now: Int64) async throws(RealtimeError) -> [KeptReply] { [] }
        func close() async {}
    }

    /// What comes while a reply is stored is stored next, by the same thread: its stack must not grow by each.
    @Test func aStoreThatAnswersAtOnceTakesNoStack() async throws {
        let rounds = 1000
        let store = ImmediateStore(rounds: rounds)
        let upstream = try self.upstream(store: store, count: 64 * rounds, bytes: 64 * rounds * 2048)
        let sent = Seen()
        let messages = try (0..<rounds).map { try self.message(request: "r\($0)") }
        store.onKeeping { count in
            upstream.submit(messages[count]) { reply in
                if count == rounds - 1 { sent.add(self.text(reply)) }
            }
        }
        #expect(self.text(await upstream.submit(messages[0])) == #"{"ok":true,"payload":1}"#)
        while sent.list.isEmpty { await Task.yield() }
        #expect(sent.list == [#"{"ok":true,"payload":\#(rounds)}"#])
        #expect(store.kept == rounds)
        #expect(store.stackSpread < 4096)
        #expect(upstream.status.requests == rounds)
    }
}
