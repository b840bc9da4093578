import EventLog
import EventLogSQLite
import Realtime
import Testing

/// What leaves the file, and what does not.
@Suite struct SQLiteTrimTests {
    private static let text = "\"" + String(repeating: "x", count: 1000) + "\""

    /// A busy channel's leavings do not push a quiet channel's events beyond the bound.
    @Test func aQuietChannelKeepsItsEvents() async throws {
        let fixture = try SQLiteFixture()
        let log = try await fixture.open(recentBytes: 0, maximumBytes: 8 << 20)
        let quiet = try LogUnderTest.channel(1)
        let busy = try LogUnderTest.channel(2)
        try await fixture.append(1...5, to: quiet, in: log)
        let few = ChannelPolicy(retention: Retention(events: 10))
        let draft = try LogUnderTest.draft(Self.text, to: busy, policy: few)
        for _ in 0..<600 {
            for result in await log.append(Array(repeating: draft, count: 50)) { _ = try result.get() }
        }
        let page = try await log.read(quiet, since: Position(epoch: log.opening.epoch, sequence: 0))
        #expect(page.recovery == .complete)
        #expect(page.payloads == ["1", "2", "3", "4", "5"])
        let head = try await log.head(of: busy)
        #expect(head.sequence == 30_000)
        let busyPage = try await log.read(busy, since: Position(epoch: head.epoch, sequence: 29_990))
        #expect(busyPage.recovery == .complete)
        #expect(busyPage.events.count == 10)
        #expect(log.status.retainedBytes < 8 << 20)
        await log.close()
    }

    /// Events of channels that nobody uses any more leave the file by themselves, the kept last ones excepted.
    @Test func idleChannelsAreTrimmed() async throws {
        let fixture = try SQLiteFixture()
        let log = try await fixture.open()
        let kept = try LogUnderTest.channel(99)
        try await fixture.append(1...1, to: kept, in: log, policy: ChannelPolicy(retainsLast: true))
        for number in 0..<100 {
            let draft = try LogUnderTest.draft(Self.text, to: LogUnderTest.channel(Int64(number % 7)))
            for result in await log.append(Array(repeating: draft, count: 20)) { _ = try result.get() }
        }
        try await fixture.append(2...2, to: kept, in: log)
        try await eventually { log.status.retainedBytes > 2 << 20 }
        fixture.clock.advance(minutes: 6)
        try await eventually { log.status.retainedBytes < 256 << 10 }
        #expect(try await log.latest(kept).payloads == ["2"])
        #expect(try await log.readCommitted(after: 0, limit: ReadLimit(events: 5000)).events.count < 2001)
        #expect(try await log.head(of: LogUnderTest.channel(0)).sequence > 0)
        await log.close()
        let again = try await fixture.open(recentBytes: 0)
        #expect(try await again.latest(kept).payloads == ["2"])
        #expect(try await again.readCommitted(after: 0).events.map(\.channel) == [kept])
        #expect(try await fixture.append(1...1, to: kept, in: again).first?.position.sequence == 3)
        await again.close()
    }

    /// Many lives, random policies, a small bound: against a plain model.
    @Test func randomLivesAgreeWithAModel() async throws {
        let fixture = try SQLiteFixture()
        var random = SeededGenerator(seed: 11)
        let channels = try (0..<6).map { try LogUnderTest.channel($0) }
        let counts = [3, 20, 64, 70, 130, 200]
        var heads = [Int](repeating: 0, count: channels.count)
        for life in 0..<12 {
            let log = try await fixture.open(recentBytes: life % 2 == 0 ? 0 : 1 << 20, maximumBytes: 1 << 20)
            for _ in 0..<40 {
                let picks = (0..<Int.random(in: 1...60, using: &random)).map { _ in
                    min(Int.random(in: 0..<6, using: &random), Int.random(in: 0..<6, using: &random))
                }
                let drafts = try picks.map { pick in
                    heads[pick] += 1
                    let policy = ChannelPolicy(retention: Retention(events: counts[pick]))
                    return try LogUnderTest.draft("\(heads[pick])", to: channels[pick], policy: policy)
                }
                for result in await log.append(drafts) { _ = try result.get() }
                let index = Int.random(in: 0..<6, using: &random)
                let since = Int.random(in: 0...heads[index], using: &random)
                let position = Position(epoch: log.opening.epoch, sequence: UInt64(since))
                let page = try await log.read(channels[index], since: position)
                let first = max(since, heads[index] - counts[index]) + 1
                let expected = first <= heads[index] ? Array(first...heads[index]).map { "\($0)" } : []
                #expect(page.payloads == expected)
                #expect(page.recovery == (first == since + 1 ? .complete : .gap))
            }
            await log.close()
        }
    }
}
