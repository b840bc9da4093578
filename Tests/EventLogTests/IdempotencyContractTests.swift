import EventLog
import Realtime
import Testing

/// What every event log must do with keys.
@Suite struct IdempotencyContractTests {
    @Test(arguments: LogKind.allCases)
    func theSameKeyAndPayloadAreOneEvent(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        let draft = try LogUnderTest.draft(#"{"a":1}"#, to: channel, key: "k")
        let first = try await log.append(draft)
        log.clock.advance(minutes: 9)
        try await log.append(LogUnderTest.draft("2", to: channel))
        let second = try await log.append(draft)
        #expect(!first.isRepetition)
        #expect(second.isRepetition)
        #expect(second.position == first.position)
        #expect(second.record == first.record)
        #expect(try await log.log.head(of: channel).sequence == 2)
    }

    @Test(arguments: LogKind.allCases)
    func repetitionsWithinABatchAreKnown(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        let draft = try LogUnderTest.draft("1", to: channel, key: "k")
        let results = try await log.append([draft, draft]).map { try $0.get() }
        #expect(results.map(\.isRepetition) == [false, true])
        #expect(results.map(\.position.sequence) == [1, 1])
    }

    @Test(arguments: LogKind.allCases)
    func anotherPayloadIsRefusedAndTakesNoPosition(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        let results = await log.append([
            try LogUnderTest.draft("1", to: channel, key: "k"),
            try LogUnderTest.draft("2", to: channel, key: "k"),
            try LogUnderTest.draft("3", to: channel),
        ])
        #expect(throws: RealtimeError.self) { try results[1].get() }
        if case .failure(let error) = results[1] { #expect(error.code == .keyReused) }
        #expect(try results[2].get().position.sequence == 2)
        #expect(try await log.read(channel).payloads == ["1", "3"])
    }

    @Test(arguments: LogKind.allCases)
    func keysOfPublishersAndChannelsNeverMeet(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        let drafts = [
            try LogUnderTest.draft("1", to: channel, key: "k", publisher: "a"),
            try LogUnderTest.draft("2", to: channel, key: "k", publisher: "b"),
            try LogUnderTest.draft("3", to: LogUnderTest.channel(2), key: "k", publisher: "a"),
            try LogUnderTest.draft("4", to: channel, key: "K", publisher: "a"),
        ]
        let results = try await log.append(drafts).map { try $0.get() }
        #expect(results.map(\.isRepetition) == [false, false, false, false])
    }

    @Test(arguments: LogKind.allCases)
    func keysAreComparedByBytes(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        try await log.append(LogUnderTest.draft("1", to: channel, key: "\u{E9}"))
        let other = try await log.append(LogUnderTest.draft("2", to: channel, key: "e\u{301}"))
        #expect(!other.isRepetition)
    }

    @Test(arguments: LogKind.allCases)
    func afterTenMinutesAKeyIsForgotten(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        let draft = try LogUnderTest.draft("1", to: channel, key: "k")
        try await log.append(draft)
        log.clock.advance(milliseconds: 10 * 60_000 - 1)
        #expect(try await log.append(draft).isRepetition)
        log.clock.advance(milliseconds: 1)
        let again = try await log.append(draft)
        #expect(!again.isRepetition)
        #expect(again.position.sequence == 2)
        #expect(try await log.append(draft).position.sequence == 2)
    }

    /// A key lives for ten minutes even where its event does not.
    @Test(arguments: LogKind.allCases)
    func keysOutliveRetention(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        let short = ChannelPolicy(retention: Retention(time: 1000, events: 1))
        let draft = try LogUnderTest.draft("1", to: channel, key: "k", policy: short)
        try await log.append(draft)
        try await log.append(2...5, to: channel, policy: short)
        log.clock.advance(minutes: 5)
        let repetition = try await log.append(draft)
        #expect(repetition.isRepetition)
        #expect(repetition.position.sequence == 1)
    }

    @Test func keysHaveALength() throws {
        #expect(throws: RealtimeError.self) { try IdempotencyKey(publisher: "a", key: "") }
        #expect(throws: RealtimeError.self) {
            try IdempotencyKey(publisher: "a", key: String(repeating: "k", count: 129))
        }
        #expect(try IdempotencyKey(publisher: "a", key: String(repeating: "k", count: 128)).bytes.count == 128)
    }

    /// A full window answers `busy`; it never forgets early.
    @Test(arguments: LogKind.allCases)
    func keysAreBounded(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        let drafts = try (0..<10_001).map { try LogUnderTest.draft("1", to: channel, key: "\($0)") }
        let results = await log.append(drafts)
        #expect(results.prefix(10_000).allSatisfy { (try? $0.get()) != nil })
        #expect(throws: RealtimeError(.busy, "too many keys on this channel within ten minutes")) {
            try results[10_000].get()
        }
        log.clock.advance(minutes: 11)
        #expect(try await log.append(drafts[10_000]).isRepetition == false)
    }
}
