import EventLog
import Realtime
import Testing

/// What every event log must do for whoever reads all channels.
@Suite struct CommitOrderContractTests {
    @Test(arguments: LogKind.allCases)
    func eventsAreReadInTheOrderOfCommits(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channels = try (0..<3).map { try LogUnderTest.channel($0) }
        var appended: [AppendedEvent] = []
        for round in 0..<10 {
            let drafts = try (0..<7).map { try LogUnderTest.draft("\(round * 7 + $0)", to: channels[($0 + round) % 3]) }
            appended += try await log.append(drafts).map { try $0.get() }
        }
        var read: [CommittedEvent] = []
        var next: UInt64 = 0
        while true {
            let page = try await log.log.readCommitted(after: next, limit: ReadLimit(events: 9))
            read += page.events
            next = page.next
            if !page.hasMore { break }
        }
        #expect(read.map(\.number) == appended.compactMap(\.number))
        #expect(read.map(\.record) == appended.map(\.record))
        #expect(read.map(\.channel) == appended.map(\.channel))
        #expect(zip(read, read.dropFirst()).allSatisfy { $0.number < $1.number })
        let end = try await log.log.readCommitted(after: next)
        #expect(end.events.isEmpty)
        #expect(end.next == next)
        #expect(!end.hasMore)
        #expect(try await log.log.readCommitted(after: .max).events.isEmpty)
    }

    @Test(arguments: LogKind.allCases)
    func repetitionsHaveNoNumber(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let draft = try LogUnderTest.draft("1", to: LogUnderTest.channel(1), key: "k")
        #expect(try await log.append(draft).number != nil)
        #expect(try await log.append(draft).number == nil)
        #expect(try await log.log.readCommitted(after: 0).events.count == 1)
    }

    @Test(arguments: LogKind.allCases)
    func cursorsAreKept(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        #expect(try await log.log.cursor(named: "mirror") == nil)
        try await log.log.setCursor(named: "mirror", to: 41)
        try await log.log.setCursor(named: "other", to: 7)
        try await log.log.setCursor(named: "mirror", to: 42)
        #expect(try await log.log.cursor(named: "mirror") == 42)
        #expect(try await log.log.cursor(named: "other") == 7)
    }

    @Test(arguments: LogKind.allCases)
    func cursorsAreBounded(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        for number in 0..<64 { try await log.log.setCursor(named: "\(number)", to: 1) }
        let error = await #expect(throws: RealtimeError.self) { try await log.log.setCursor(named: "64", to: 1) }
        #expect(error?.code == .limit)
        try await log.log.setCursor(named: "63", to: 2)
        #expect(try await log.log.cursor(named: "63") == 2)
    }

    @Test(arguments: LogKind.allCases)
    func theStatusCounts(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        try await log.append(1...3, to: channel)
        let status = log.log.status
        #expect(status.isWorking)
        #expect(status.commits == 3)
        #expect(status.events == 3)
        #expect(status.bytes == 3)
        #expect(status.failures == 0)
    }

    @Test(arguments: LogKind.allCases)
    func aClosedLogSaysSo(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        try await log.append(1...1, to: channel)
        await log.log.close()
        let results = await log.append([try LogUnderTest.draft("2", to: channel)])
        #expect(throws: RealtimeError.logClosed) { try results[0].get() }
    }

    /// Beyond the bound on bytes the oldest events go, and their readers are told.
    @Test(arguments: LogKind.allCases)
    func bytesBoundTheLog(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind, maximumBytes: 4 << 20)
        let channels = try (0..<10).map { try LogUnderTest.channel($0) }
        let kept = try LogUnderTest.channel(99)
        let policy = ChannelPolicy(retainsLast: true)
        try await log.append(LogUnderTest.draft("\"last\"", to: kept, policy: policy))
        let text = "\"" + String(repeating: "x", count: 1000) + "\""
        for _ in 0..<200 {
            let drafts = try (0..<50).map { try LogUnderTest.draft(text, to: channels[$0 % 10]) }
            for result in await log.append(drafts) { _ = try result.get() }
        }
        try await eventually { log.log.status.retainedBytes <= 5 << 20 }
        let page = try await log.read(channels[0], since: log.position(0, in: channels[0]), bytes: 1 << 30)
        #expect(page.head.sequence == 1000)
        #expect(page.recovery == .gap)
        #expect(page.sequences.last == 1000)
        #expect(page.sequences.first == page.lostThrough.map { $0 + 1 })
        #expect(try await log.log.latest(kept).payloads == ["\"last\""])
    }
}

/// Waits until something is so, at most half a minute.
func eventually(_ condition: () async throws -> Bool) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(30)
    while try await !condition() {
        try #require(clock.now < deadline, "it did not become so")
        try await Task.sleep(for: .milliseconds(10))
    }
}
