import EventLog
import EventLogSQLite
import Realtime
import Testing

/// A kind of event log that the contract suite runs against.
enum LogKind: String, CaseIterable, Sendable {
    case inMemory
    case sqlite
    /// Nothing is answered from recent events in memory.
    case sqliteFromFile

    func make(
        _ clock: TestClock,
        _ folder: TemporaryFolder,
        policy: ChannelPolicy,
        maximumBytes: Int
    ) async throws -> any EventLog {
        switch self {
        case .inMemory: InMemoryEventLog(defaultPolicy: policy, maximumBytes: maximumBytes) { clock.now }
        case .sqlite, .sqliteFromFile:
            try await SQLiteEventLog.open(
                SQLiteLogSettings(
                    path: folder.file("events.sqlite"),
                    defaultPolicy: policy,
                    maximumBytes: UInt64(maximumBytes),
                    recentBytes: self == .sqlite ? 16 << 20 : 0,
                    now: { clock.now }
                ))
        }
    }
}

/// A log, its clock, and short ways to use both.
struct LogUnderTest: Sendable {
    let clock = TestClock()
    let log: any EventLog
    private let folder: TemporaryFolder

    init(
        _ kind: LogKind,
        policy: ChannelPolicy = ChannelPolicy(),
        maximumBytes: Int = 1 << 30
    ) async throws {
        self.folder = try TemporaryFolder()
        self.log = try await kind.make(self.clock, self.folder, policy: policy, maximumBytes: maximumBytes)
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
        policy: ChannelPolicy? = nil
    ) throws -> EventDraft {
        EventDraft(
            channel: channel,
            payload: try EventPayload(json: Array(payload.utf8), limit: 1 << 20),
            by: user,
            key: try key.map { try IdempotencyKey(publisher: publisher, key: $0) },
            policy: policy
        )
    }

    func append(_ drafts: [EventDraft]) async -> [AppendResult] {
        await self.log.append(drafts)
    }

    /// Appends one event.
    @discardableResult
    func append(_ draft: EventDraft) async throws -> AppendedEvent {
        try #require(await self.append([draft]).first).get()
    }

    /// Appends events whose payloads are the numbers.
    func append(_ numbers: ClosedRange<Int>, to channel: ChannelHash, policy: ChannelPolicy? = nil) async throws {
        for number in numbers {
            try await self.append(Self.draft("\(number)", to: channel, policy: policy))
        }
    }

    func read(
        _ channel: ChannelHash,
        since position: Position? = nil,
        limit: Int = 1000,
        bytes: Int = 1 << 20
    ) async throws -> EventPage {
        try await self.log.read(channel, since: position, limit: ReadLimit(events: limit, bytes: bytes))
    }

    /// The present epoch's position of a sequence number.
    func position(_ sequence: UInt64, in channel: ChannelHash) async throws -> Position {
        Position(epoch: try await self.log.head(of: channel).epoch, sequence: sequence)
    }
}

extension EventPage {
    var sequences: [UInt64] { self.events.map(\.sequence) }
    var payloads: [String] { self.events.map { String(decoding: $0.payload.bytes, as: UTF8.self) } }
}
