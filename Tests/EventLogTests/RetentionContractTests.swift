import EventLog
import Realtime
import Testing

/// What every event log must do about keeping and losing events.
@Suite struct RetentionContractTests {
    @Test(arguments: LogKind.allCases)
    func whatIsLostIsSaid(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        try await log.append(1...200, to: channel, policy: ChannelPolicy(retention: Retention(events: 70)))
        let gap = try await log.read(channel, since: log.position(10, in: channel), limit: 20)
        #expect(gap.recovery == .gap)
        #expect(gap.lostThrough == 130)
        #expect(gap.sequences == Array(131...150))
        #expect(gap.hasMore)
        let joined = try await log.read(channel, since: log.position(150, in: channel))
        #expect(joined.recovery == .complete)
        #expect(joined.lostThrough == nil)
        #expect(joined.sequences == Array(151...200))
    }

    @Test(arguments: LogKind.allCases)
    func everythingMayBeLost(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        try await log.append(1...100, to: channel)
        log.clock.advance(minutes: 6)
        let page = try await log.read(channel, since: log.position(40, in: channel))
        #expect(page.recovery == .gap)
        #expect(page.lostThrough == 100)
        #expect(page.events.isEmpty)
        #expect(!page.hasMore)
    }

    /// Some time between two anchors of the log, and long ago.
    @Test(arguments: LogKind.allCases, [1, 63, 64, 65, 130, 199])
    func timeTrimsAnywhere(_ kind: LogKind, _ old: Int) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        try await log.append(1...old, to: channel)
        log.clock.advance(minutes: 4)
        try await log.append((old + 1)...200, to: channel)
        log.clock.advance(minutes: 2)
        let page = try await log.read(channel, since: log.position(0, in: channel))
        #expect(page.recovery == .gap)
        #expect(page.lostThrough == UInt64(old))
        #expect(page.sequences == Array(UInt64(old + 1)...200))
        let joined = try await log.read(channel, since: log.position(UInt64(old), in: channel))
        #expect(joined.recovery == .complete)
        #expect(joined.sequences == page.sequences)
    }

    @Test(arguments: LogKind.allCases)
    func theLastEventIsKept(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        let policy = ChannelPolicy(retention: Retention(time: 1000, events: 10), retainsLast: true)
        try await log.append(1...3, to: channel, policy: policy)
        log.clock.advance(minutes: 60)
        let latest = try await log.log.latest(channel)
        #expect(latest.payloads == ["3"])
        #expect(latest.policy == policy)
        let page = try await log.read(channel, since: log.position(1, in: channel))
        #expect(page.recovery == .gap)
        #expect(page.lostThrough == 2)
        #expect(page.sequences == [3])
        let joined = try await log.read(channel, since: log.position(2, in: channel))
        #expect(joined.recovery == .complete)
        #expect(joined.sequences == [3])
    }

    @Test(arguments: LogKind.allCases)
    func theLatestEventIsReadAlone(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        let empty = try await log.log.latest(channel)
        #expect(empty.events.isEmpty)
        #expect(empty.head.sequence == 0)
        #expect(empty.policy == nil)
        try await log.append(1...3, to: channel)
        #expect(try await log.log.latest(channel).payloads == ["3"])
        log.clock.advance(minutes: 6)
        let trimmed = try await log.log.latest(channel)
        #expect(trimmed.events.isEmpty)
        #expect(trimmed.head.sequence == 3)
    }

    @Test(arguments: LogKind.allCases)
    func policiesAreRemembered(_ kind: LogKind) async throws {
        let usual = ChannelPolicy(retention: Retention(events: 5))
        let log = try await LogUnderTest(kind, policy: usual)
        let channel = try LogUnderTest.channel(1)
        try await log.append(1...9, to: channel)
        #expect(try await log.read(channel).policy == usual)
        #expect(try await log.read(channel).sequences == [5, 6, 7, 8, 9])
        let own = ChannelPolicy(retention: Retention(events: 2), retainsLast: true, historyFromGrantOnly: true)
        try await log.append(10...10, to: channel, policy: own)
        try await log.append(11...11, to: channel)
        let page = try await log.read(channel)
        #expect(page.policy == own)
        #expect(page.sequences == [10, 11])
    }

    @Test(arguments: LogKind.allCases)
    func bytesLimitAPage(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        let text = "\"" + String(repeating: "x", count: 98) + "\""
        for _ in 0..<5 { try await log.append(LogUnderTest.draft(text, to: channel)) }
        let page = try await log.read(channel, bytes: 250)
        #expect(page.sequences == [1, 2])
        #expect(page.hasMore)
        let one = try await log.read(channel, since: log.position(4, in: channel), bytes: 1)
        #expect(one.sequences == [5])
        #expect(!one.hasMore)
    }

    /// A clock that is set back neither brings events back nor keeps them for ever.
    @Test(arguments: LogKind.allCases)
    func theClockMayBeSetBack(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        let key = try LogUnderTest.draft("1", to: channel, key: "k")
        let first = try await log.append(key)
        log.clock.advance(minutes: -24 * 60)
        let second = try await log.append(LogUnderTest.draft("2", to: channel))
        #expect(second.record.time == log.clock.now)
        #expect(second.position.sequence == 2)
        #expect(try await log.read(channel).sequences == [1, 2])
        #expect(try await log.append(key).position == first.position)
        log.clock.advance(minutes: 4)
        #expect(try await log.read(channel).sequences == [1, 2])
        log.clock.advance(minutes: 2)
        #expect(try await log.read(channel).events.isEmpty)
        log.clock.advance(minutes: 4)
        #expect(try await log.append(key).position.sequence == 3)
    }

    /// Random appends against a plain model.
    @Test(arguments: LogKind.allCases)
    func randomReadsAgreeWithAModel(_ kind: LogKind) async throws {
        var random = SeededGenerator(seed: 7)
        let log = try await LogUnderTest(kind, policy: ChannelPolicy(retention: Retention(events: 150)))
        let channels = try (0..<5).map { try LogUnderTest.channel($0) }
        var heads = [Int](repeating: 0, count: channels.count)
        for _ in 0..<60 {
            let picks = (0..<Int.random(in: 1...40, using: &random)).map { _ in Int.random(in: 0..<5, using: &random) }
            let drafts = try picks.map { try LogUnderTest.draft("\($0)", to: channels[$0 * $0 % 5]) }
            for result in await log.append(drafts) { _ = try result.get() }
            for pick in picks { heads[pick * pick % 5] += 1 }
            let index = Int.random(in: 0..<5, using: &random)
            let since = Int.random(in: 0...heads[index], using: &random)
            let limit = Int.random(in: 1...100, using: &random)
            let position = try await log.position(UInt64(since), in: channels[index])
            let page = try await log.read(channels[index], since: position, limit: limit)
            let first = max(since, heads[index] - 150) + 1
            let last = min(heads[index], first + limit - 1)
            #expect(page.sequences == (first <= last ? Array(UInt64(first)...UInt64(last)) : []))
            #expect(page.recovery == (first == since + 1 ? .complete : .gap))
            #expect(page.hasMore == (last < heads[index]))
        }
    }
}
