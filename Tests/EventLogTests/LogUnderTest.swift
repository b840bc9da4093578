import EventLog
import Realtime
import Testing

/// A kind of event log that the contract suite runs against.
enum LogKind: String, CaseIterable, Sendable {
    case inMemory

    func make(_ clock: TestClock) -> any EventLog {
        switch self {
        case .inMemory: InMemoryEventLog { clock.now }
        }
    }
}

/// A log, its clock, and short ways to use both.
struct LogUnderTest: Sendable {
    let clock = TestClock()
    let log: any EventLog

    init(_ kind: LogKind) {
        self.log = kind.make(self.clock)
    }

    /// Different channels for different numbers.
    static func channel(_ number: Int64) throws -> ChannelHash {
        let key = try ChannelKey(bytes: Array("0123456789abcdef0123456789abcdef".utf8))
        let channel = try Channel(contextID: number, component: "mod_quiz", area: "game", itemID: 0)
        return key.hash(of: channel, site: try SiteName("demo"))
    }

    static func draft(
        _ payload: String,
        to channel: ChannelHash,
        key: String? = nil,
        publisher: String = "app",
        by user: String? = nil,
        retention: Retention = Retention()
    ) throws -> EventDraft {
        EventDraft(
            channel: channel,
            payload: try EventPayload(json: Array(payload.utf8), limit: 1 << 20),
            by: user,
            key: try key.map { try IdempotencyKey(publisher: publisher, key: $0) },
            retention: retention
        )
    }

    func append(_ drafts: [EventDraft]) async -> [AppendResult] {
        await withCheckedContinuation { continuation in
            self.log.append(drafts) { continuation.resume(returning: $0) }
        }
    }

    /// Appends one event.
    @discardableResult
    func append(_ draft: EventDraft) async throws -> AppendedEvent {
        try #require(await self.append([draft]).first).get()
    }

    /// Appends events whose payloads are the numbers.
    func append(_ numbers: ClosedRange<Int>, to channel: ChannelHash, retention: Retention = Retention()) async throws {
        for number in numbers {
            try await self.append(Self.draft("\(number)", to: channel, retention: retention))
        }
    }

    func read(_ channel: ChannelHash, since position: Position? = nil, limit: Int = 1000) async throws -> EventPage {
        try await self.log.read(channel, since: position, limit: limit)
    }
}

extension EventPage {
    var sequences: [UInt64] { self.events.map(\.sequence) }
    var payloads: [String] { self.events.map { String(decoding: $0.payload.bytes, as: UTF8.self) } }
}
