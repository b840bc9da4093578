import EventLog
import Realtime
import Testing

/// What every event log must do; each runs against each kind.
@Suite struct EventLogContractTests {
    @Test(arguments: LogKind.allCases)
    func anEmptyChannelIsAtZero(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        let head = try await log.log.head(of: channel)
        #expect(head.sequence == 0)
        let page = try await log.read(channel, since: head)
        #expect(page.events.isEmpty)
        #expect(page.recovery == .complete)
        #expect(page.head == head)
        #expect(!page.hasMore)
    }

    @Test(arguments: LogKind.allCases)
    func sequencesGrowByOneFromOne(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        let empty = try await log.log.head(of: channel)
        var positions: [Position] = []
        for number in 1...20 {
            let event = try await log.append(LogUnderTest.draft("\(number)", to: channel, by: "42"))
            #expect(event.channel == channel)
            #expect(!event.isRepetition)
            #expect(event.record.by == "42")
            #expect(event.record.time == log.clock.now)
            positions.append(event.position)
        }
        #expect(positions.map(\.sequence) == Array(1...20))
        #expect(Set(positions.map(\.epoch)) == [empty.epoch])
        #expect(try await log.log.head(of: channel) == positions.last)
    }

    @Test(arguments: LogKind.allCases)
    func channelsDoNotShareSequences(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channels = try (0..<3).map { try LogUnderTest.channel($0) }
        let drafts = try (0..<30).map { try LogUnderTest.draft("\($0)", to: channels[$0 % 3]) }
        let results = try await log.append(drafts).map { try $0.get() }
        #expect(results.map(\.channel) == drafts.map(\.channel))
        let expected: [UInt64] = (0..<30).map { UInt64($0 / 3 + 1) }
        #expect(results.map(\.position.sequence) == expected)
        for (index, channel) in channels.enumerated() {
            let page = try await log.read(channel)
            #expect(page.sequences == Array(1...10))
            let payloads: [String] = (0..<10).map { "\(3 * $0 + index)" }
            #expect(page.payloads == payloads)
        }
    }

    @Test(arguments: LogKind.allCases)
    func completionsComeInTheOrderOfCommits(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        let draft = try LogUnderTest.draft("1", to: channel)
        let recorder = CompletionRecorder()
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<50 {
                        await withCheckedContinuation { continuation in
                            log.log.append([draft, draft]) { results in
                                recorder.record(results)
                                continuation.resume()
                            }
                        }
                    }
                }
            }
        }
        #expect(recorder.sequences == Array(1...800))
        #expect(!recorder.hasOverlapped)
    }

    @Test(arguments: LogKind.allCases)
    func aCompletionMayAppend(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        let first = try LogUnderTest.draft("1", to: channel)
        let second = try LogUnderTest.draft("2", to: channel)
        let sequence = await withCheckedContinuation { continuation in
            log.log.append([first]) { _ in
                log.log.append([second]) { continuation.resume(returning: try? $0.first?.get().position.sequence) }
            }
        }
        #expect(sequence == 2)
    }

    @Test(arguments: LogKind.allCases)
    func readingGoesOnBehindThePosition(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        try await log.append(1...10, to: channel)
        let head = try await log.log.head(of: channel)
        for sequence in 0...10 as ClosedRange<UInt64> {
            let page = try await log.read(channel, since: Position(epoch: head.epoch, sequence: sequence))
            #expect(page.recovery == .complete)
            let expected = Array((sequence + 1)..<11)
            #expect(page.sequences == expected)
            #expect(page.head == head)
            #expect(!page.hasMore)
        }
    }

    @Test(arguments: LogKind.allCases)
    func withoutAPositionEverythingRetainedIsRead(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        try await log.append(1...3, to: channel)
        let page = try await log.read(channel)
        #expect(page.recovery == Recovery.none)
        #expect(page.payloads == ["1", "2", "3"])
    }

    @Test(arguments: LogKind.allCases)
    func beyondTheHeadAndOtherEpochsAreGaps(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        try await log.append(1...3, to: channel)
        let head = try await log.log.head(of: channel)
        let other = try #require(Epoch("zzz"))
        let strange = [
            Position(epoch: head.epoch, sequence: 4), Position(epoch: head.epoch, sequence: .max),
            Position(epoch: other, sequence: 0), Position(epoch: other, sequence: 2),
        ]
        for position in strange {
            let page = try await log.read(channel, since: position)
            #expect(page.recovery == .gap)
            #expect(page.sequences == [1, 2, 3])
        }
        let empty = try await log.read(LogUnderTest.channel(2), since: Position(epoch: head.epoch, sequence: 1))
        #expect(empty.recovery == .gap)
        #expect(empty.events.isEmpty)
    }

    @Test(arguments: LogKind.allCases)
    func theLimitCutsAndSaysSo(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        try await log.append(1...10, to: channel)
        let epoch = try await log.log.head(of: channel).epoch
        var position = Position(epoch: epoch, sequence: 0)
        var read: [UInt64] = []
        for expected in [4, 4, 2] {
            let page = try await log.read(channel, since: position, limit: 4)
            #expect(page.events.count == expected)
            #expect(page.hasMore == (expected == 4))
            #expect(page.head.sequence == 10)
            read += page.sequences
            position = try #require(page.events.last?.position)
        }
        #expect(read == Array(1...10))
        #expect(try await !log.read(channel, limit: 10).hasMore)
    }

    @Test(arguments: LogKind.allCases)
    func retentionCountsEvents(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        try await log.append(1...500, to: channel, policy: ChannelPolicy(retention: Retention(events: 7)))
        let head = try await log.log.head(of: channel)
        #expect(try await log.read(channel).sequences == Array(494...500))
        let joined = try await log.read(channel, since: Position(epoch: head.epoch, sequence: 493))
        #expect(joined.recovery == .complete)
        #expect(joined.events.count == 7)
        let gap = try await log.read(channel, since: Position(epoch: head.epoch, sequence: 492))
        #expect(gap.recovery == .gap)
        #expect(gap.events.count == 7)
    }

    @Test(arguments: LogKind.allCases)
    func retentionCountsTime(_ kind: LogKind) async throws {
        let log = try await LogUnderTest(kind)
        let channel = try LogUnderTest.channel(1)
        let policy = ChannelPolicy(retention: Retention(time: 60_000))
        try await log.append(1...2, to: channel, policy: policy)
        log.clock.advance(milliseconds: 40_000)
        try await log.append(3...4, to: channel, policy: policy)
        log.clock.advance(milliseconds: 20_000)
        #expect(try await log.read(channel).sequences == [1, 2, 3, 4])
        log.clock.advance(milliseconds: 1)
        #expect(try await log.read(channel).sequences == [3, 4])
        log.clock.advance(minutes: 60)
        let page = try await log.read(channel, since: Position(epoch: log.log.head(of: channel).epoch, sequence: 4))
        #expect(page.events.isEmpty)
        #expect(page.recovery == .complete)
        #expect(page.head.sequence == 4)
        #expect(try await log.append(LogUnderTest.draft("5", to: channel)).position.sequence == 5)
    }
}
