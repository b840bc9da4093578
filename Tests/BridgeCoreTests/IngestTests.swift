import Components
import Edge
import EventLog
import Logging
import Realtime
import Synchronization
import Testing

@testable import BridgeCore

/// What clients publish becomes events, after the component's `ingest` callback has agreed.
@Suite(.timeLimit(.minutes(1))) struct IngestTests {
    private struct Failure: Error {}

    /// How messages fared, by their index.
    private final class Results: Sendable {
        private let all = Mutex<[Int: [Result<Void, RealtimeError>]]>([:])

        func add(_ results: [IngestResult]) {
            self.all.withLock { all in
                for result in results { all[result.index, default: []].append(result.result) }
            }
        }

        var count: Int { self.all.withLock { $0.values.reduce(0) { $0 + $1.count } } }

        /// The code that a message was refused with, `ok` where it was not; `nil` unless it was answered once.
        func code(_ index: Int) -> String? {
            let results = self.all.withLock { $0[index] ?? [] }
            guard results.count == 1 else { return nil }
            if case .failure(let error) = results[0] { return error.code.rawValue }
            return "ok"
        }

        func message(_ index: Int) -> String? {
            if case .failure(let error)? = self.all.withLock({ $0[index]?.first }) { error.message } else { nil }
        }
    }

    private let fixture: CoreFixture
    private let sink = RecordingSink()
    private let results = Results()
    private let dispatcher: ComponentDispatcher
    private let ingest: Ingest

    init() throws {
        try self.init(timeout: .seconds(30))
    }

    private init(timeout: Duration) throws {
        self.fixture = try CoreFixture()
        self.fixture.notifier.add(self.sink)
        self.dispatcher = ComponentDispatcher(
            components: [
                try ComponentName("mod_quiz"): ComponentSettings(timeout: timeout),
                try ComponentName("mod_chat"): ComponentSettings(),
            ],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        self.ingest = Ingest(
            site: self.fixture.site,
            channelKey: self.fixture.channelKey,
            notifier: self.fixture.notifier,
            dispatcher: self.dispatcher,
            payloadLimit: 64,
            now: { CoreFixture.time }
        )
    }

    private func message(
        _ payload: String,
        to channel: Realtime.Channel? = nil,
        named name: Realtime.Channel? = nil,
        isNamed: Bool = true,
        key: String? = nil
    ) throws -> IngestedMessage {
        let channel = try channel ?? CoreFixture.channel()
        return IngestedMessage(
            channel: self.fixture.channelKey.hash(of: channel, site: self.fixture.site),
            payload: Array(payload.utf8),
            name: isNamed ? name ?? channel : nil,
            user: "8",
            session: "abc",
            client: "c1",
            key: key
        )
    }

    /// Has messages decided by the component `mod_quiz`, and waits until each was answered.
    private func publish(_ messages: [IngestedMessage], decide: @escaping IngestCallback) async throws {
        try self.dispatcher.register(try ComponentName("mod_quiz"), ingest: decide)
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Cancelled below, and awaited by the group.
            group.addTask { try await self.dispatcher.run() }
            self.ingest.ingest(messages) { self.results.add($0) }
            while self.results.count < messages.count { await Task.yield() }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private var payloads: [String] {
        self.sink.lines.map { line in
            let payload = line.firstRange(of: #""payload":"#).map { line[$0.upperBound...].dropLast() }
            return String(payload ?? "")
        }
    }

    @Test func withoutACallbackTheGrantsHashIsEnough() throws {
        let messages = [
            try self.message(#"{"a":1}"#, isNamed: false), try self.message("no json"),
            try self.message(String(repeating: "1", count: 65)), try self.message("2"),
        ]
        self.ingest.ingest(messages) { self.results.add($0) }
        #expect((0..<4).map { self.results.code($0) } == ["ok", "ok", "payload_too_large", "ok"])
        #expect(self.payloads == [#"{"a":1}"#, #""no json""#, "2"])
        #expect(self.sink.lines.allSatisfy { $0.contains(#""by":"8""#) })
    }

    @Test func theCallbackSeesWhoPublishesWhat() async throws {
        let seen = Mutex<IngestRequest?>(nil)
        try await self.publish([try self.message("no json", key: "k")]) { request in
            seen.withLock { $0 = request }
            return .accept
        }
        let request = try #require(seen.withLock { $0 })
        #expect(request.id.hasPrefix("msg_"))
        #expect([request.user, request.session, request.client, request.key] == ["8", "abc", "c1", "k"])
        #expect(request.time == CoreFixture.time)
        #expect(request.channel == (try CoreFixture.channel()))
        #expect(String(decoding: request.payload.bytes, as: UTF8.self) == #""no json""#)
        #expect(self.payloads == [#""no json""#])
    }

    /// Each is answered once, and one that is refused leaves the others as they are.
    @Test func theCallbackAcceptsChangesAndRefuses() async throws {
        let texts = ["1", "2", "3", "4", "5"]
        try await self.publish(try texts.map { try self.message($0) }) { request in
            switch String(decoding: request.payload.bytes, as: UTF8.self) {
            case "1": return .accept
            case "2": return .replace(EventPayload(stored: Array("22".utf8)))
            case "3": return .refuse(reason: "out of\u{7} range\n")
            case "4": return .replace(EventPayload(stored: Array(repeating: 0x31, count: 65)))
            default: throw Failure()
            }
        }
        #expect(
            (0..<5).map { self.results.code($0) }
                == ["ok", "ok", "payload_invalid", "payload_too_large", "callback_failed"])
        #expect(self.results.message(2) == "out of range")
        #expect(self.payloads == ["1", "22"])
    }

    @Test func whoseNameIsMissingOrAnothersIsForbidden() async throws {
        let chat = try CoreFixture.channel(component: "mod_chat", area: "room")
        let quiz = try CoreFixture.channel()
        let count = Atomic<Int>(0)
        let messages = [
            try self.message("1", to: quiz, isNamed: false), try self.message("2", to: quiz, named: chat),
            // A component without a callback must not lend its name either.
            try self.message("3", to: chat), try self.message("4", to: chat, named: quiz),
            try self.message("5", to: quiz),
        ]
        try await self.publish(messages) { _ in
            count.add(1, ordering: .relaxed)
            return .accept
        }
        #expect((0..<5).map { self.results.code($0) } == ["forbidden", "forbidden", "ok", "forbidden", "ok"])
        #expect(Set(self.payloads) == ["3", "5"])
        #expect(count.load(ordering: .relaxed) == 1)
    }

    @Test func whatIsTooLargeIsNotShownToTheCallback() async throws {
        let count = Atomic<Int>(0)
        try await self.publish([try self.message(String(repeating: "x", count: 65))]) { _ in
            count.add(1, ordering: .relaxed)
            return .accept
        }
        #expect(self.results.code(0) == "payload_too_large")
        #expect(count.load(ordering: .relaxed) == 0)
    }

    /// Who was told that it took too long sends it again: the late yes must not make two events of it.
    @Test func aLateYesMakesNoEvent() async throws {
        var code: String? = "busy"
        // A machine that is busy lets it wait for longer than it may: then it was not run.
        for _ in 0..<20 where code == "busy" {
            let setting = try IngestTests(timeout: .seconds(1))
            try await setting.publish([try setting.message("1")]) { _ in
                // Ends by the time-out, which cancels it; it says yes all the same.
                try? await Task.sleep(for: .seconds(3600))
                return .accept
            }
            code = setting.results.code(0)
            #expect(setting.payloads.isEmpty)
        }
        #expect(code == "timeout")
    }
}
