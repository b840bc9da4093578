import EventLog
import EventLogSQLite
import Foundation
import Realtime
import Testing

/// What a log in a file keeps over its process's end, and when a new epoch begins.
@Suite struct SQLiteLifeTests {
    @Test func everythingIsThereAgain() async throws {
        let fixture = try SQLiteFixture()
        let channel = try LogUnderTest.channel(1)
        let policy = ChannelPolicy(retention: Retention(events: 100), retainsLast: true)
        let keyed = try LogUnderTest.draft("\"k\"", to: channel, key: "k")
        var log = try await fixture.open()
        #expect(log.opening.reasonForEpoch == nil)
        let epoch = log.opening.epoch
        try await fixture.append(1...200, to: channel, in: log, policy: policy)
        let first = try #require(await log.append([keyed]).first).get()
        try await log.setCursor(named: "mirror", to: 77)
        await log.close()
        #expect(!fixture.exists("events.sqlite-wal"))

        log = try await fixture.open(bootID: "another boot", recentBytes: 0)
        #expect(log.opening.epoch == epoch)
        #expect(try await log.head(of: channel) == Position(epoch: epoch, sequence: 201))
        let page = try await log.read(channel, since: Position(epoch: epoch, sequence: 101))
        #expect(page.recovery == .complete)
        #expect(page.sequences == Array(102...201))
        #expect(page.policy == policy)
        #expect(try await log.cursor(named: "mirror") == 77)
        #expect(try #require(await log.append([keyed]).first).get().position == first.position)
        #expect(try await fixture.append(202...202, to: channel, in: log).first?.position.sequence == 202)
        #expect(try await log.readCommitted(after: 200).events.map(\.number) == [201, 202])
        await log.close()
    }

    @Test func filesAreTheOwnersAlone() async throws {
        let fixture = try SQLiteFixture()
        let log = try await fixture.open()
        try await fixture.append(1...10, to: LogUnderTest.channel(1), in: log)
        for name in ["events.sqlite", "events.sqlite-wal", "events.sqlite-shm", "events.sqlite-mark"] {
            #expect(try fixture.mode(name) == 0o600, "\(name)")
        }
        await log.close()
    }

    @Test func aSecondBridgeIsRefused() async throws {
        let fixture = try SQLiteFixture()
        let log = try await fixture.open()
        #expect(await fixture.refusal()?.contains("another bridge") == true)
        try FileManager.default.createSymbolicLink(
            atPath: fixture.folder.file("link.sqlite"),
            withDestinationPath: fixture.path
        )
        #expect(await fixture.refusal(fixture.folder.file("link.sqlite"))?.contains("another bridge") == true)
        let child = try ChildProcess(path: fixture.path, count: 1)
        #expect(try await child.line("refused").contains("another bridge"))
        await log.close()
        #expect(await fixture.refusal() == nil)
    }

    @Test(arguments: [SQLiteLogSettings.Sync.normal, .full])
    func anUncleanEndOfTheMachine(_ sync: SQLiteLogSettings.Sync) async throws {
        let fixture = try SQLiteFixture()
        let child = try ChildProcess(path: fixture.path, count: 50)
        let epoch = try await child.line("open").dropFirst(5)
        try await child.line("waiting")
        try await child.kill()
        // The same boot: nothing is lost, whatever the end.
        var log = try await fixture.open(sync: sync)
        #expect(log.opening.epoch.description == epoch)
        // The copy is a log that was not closed, in a folder of its own.
        try await fixture.append(51...60, to: LogUnderTest.channel(20), in: log)
        let head = try await log.head(of: LogUnderTest.channel(20))
        try await self.endUncleanly(log, fixture)
        log = try await fixture.open(bootID: "another boot", sync: sync)
        if sync == .normal {
            #expect(log.opening.epoch.description != epoch)
            #expect(log.opening.reasonForEpoch?.contains("the machine ended") == true)
            let page = try await log.read(LogUnderTest.channel(20), since: head)
            #expect(page.recovery == .gap)
            #expect(page.sequences == Array(1...10))
            #expect(page.events.allSatisfy { $0.epoch == log.opening.epoch })
        } else {
            #expect(log.opening.epoch.description == epoch)
        }
        #expect(try await log.head(of: LogUnderTest.channel(20)).sequence == 10)
        await log.close()
    }

    /// Leaves the files as they are while the log is open, as a sudden end would.
    private func endUncleanly(_ log: SQLiteEventLog, _ fixture: SQLiteFixture) async throws {
        let names = ["events.sqlite", "events.sqlite-wal", "events.sqlite-mark"]
        var contents: [String: Data] = [:]
        for name in names { contents[name] = try Data(contentsOf: URL(filePath: fixture.folder.file(name))) }
        await log.close()
        for name in names {
            let url = URL(filePath: fixture.folder.file(name))
            if fixture.exists(name) {
                // Over the old one: the inode stays.
                let file = try FileHandle(forWritingTo: url)
                try file.truncate(atOffset: 0)
                try file.write(contentsOf: contents[name] ?? Data())
                try file.close()
            } else {
                try contents[name]?.write(to: url)
            }
        }
    }

    @Test(arguments: [false, true])
    func anOlderCopyBeginsANewEpoch(_ keepsLog: Bool) async throws {
        let fixture = try SQLiteFixture()
        let channel = try LogUnderTest.channel(1)
        var log = try await fixture.open()
        try await fixture.append(1...20, to: channel, in: log)
        let epoch = log.opening.epoch
        // A copy of the running log, with or without its write-ahead log.
        try fixture.copy("events.sqlite", to: "old")
        try fixture.copy("events.sqlite-wal", to: "old-wal")
        try await fixture.append(21...40, to: channel, in: log)
        let head = try await log.head(of: channel)
        await log.close()
        try fixture.copy("old", to: "events.sqlite")
        if keepsLog { try fixture.copy("old-wal", to: "events.sqlite-wal") }

        log = try await fixture.open()
        #expect(log.opening.epoch != epoch)
        #expect(log.opening.reasonForEpoch != nil)
        let page = try await log.read(channel, since: head)
        #expect(page.recovery == .gap)
        #expect(page.sequences == (keepsLog ? Array(1...20) : []))
        let next = try await fixture.append(41...41, to: channel, in: log)
        #expect(next.first?.position == Position(epoch: log.opening.epoch, sequence: keepsLog ? 21 : 1))
        let second = log.opening.epoch
        await log.close()
        log = try await fixture.open()
        #expect(log.opening.epoch == second)
        await log.close()
    }

    /// Yesterday's database under today's write-ahead log: SQLite would mix them.
    @Test func aForeignWriteAheadLogIsMovedAway() async throws {
        let fixture = try SQLiteFixture()
        let child = try ChildProcess(path: fixture.path, count: 10, closes: true)
        try await child.line("closed")
        try await child.end()
        try fixture.copy("events.sqlite", to: "old")
        let killed = try ChildProcess(path: fixture.path, count: 5000)
        let epoch = try await killed.line("open").dropFirst(5)
        try await killed.line("waiting")
        try await killed.kill()
        let old = try Data(contentsOf: URL(filePath: fixture.folder.file("old")))
        try FileManager.default.removeItem(atPath: fixture.path)
        try old.write(to: URL(filePath: fixture.path))

        let log = try await fixture.open()
        #expect(log.opening.epoch.description != epoch)
        #expect(fixture.exists("events.sqlite-wal-foreign"))
        #expect(try await log.head(of: LogUnderTest.channel(0)).sequence == 1)
        try await fixture.append(1...100, to: LogUnderTest.channel(0), in: log)
        #expect(try await log.read(LogUnderTest.channel(0), since: nil).events.count == 101)
        await log.close()
    }

    @Test func aMarkThatIsGoneBeginsANewEpoch() async throws {
        let fixture = try SQLiteFixture()
        var log = try await fixture.open()
        try await fixture.append(1...3, to: LogUnderTest.channel(1), in: log)
        let epoch = log.opening.epoch
        await log.close()
        try FileManager.default.removeItem(atPath: fixture.folder.file("events.sqlite-mark"))
        log = try await fixture.open()
        #expect(log.opening.epoch != epoch)
        #expect(try await log.read(LogUnderTest.channel(1), since: nil).sequences == [1, 2, 3])
        await log.close()
    }

    @Test func theClockMayBeSetBackBetweenTwoLives() async throws {
        let fixture = try SQLiteFixture()
        let channel = try LogUnderTest.channel(1)
        var log = try await fixture.open()
        let epoch = log.opening.epoch
        try await fixture.append(1...3, to: channel, in: log)
        await log.close()
        fixture.clock.advance(minutes: -1000)
        log = try await fixture.open()
        #expect(log.opening.epoch == epoch)
        try await fixture.append(4...5, to: channel, in: log)
        #expect(try await log.read(channel, since: nil).sequences == [1, 2, 3, 4, 5])
        fixture.clock.advance(minutes: 6)
        #expect(try await log.read(channel, since: nil).events.isEmpty)
        #expect(try await log.head(of: channel).sequence == 5)
        await log.close()
    }
}
