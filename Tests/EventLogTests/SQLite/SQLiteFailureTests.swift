import EventLog
import EventLogSQLite
import Foundation
import GRDB
import Realtime
import Testing

/// What goes wrong with files is said, loses nothing that was acknowledged, and never ends the process.
@Suite(.serialized) struct SQLiteFailureTests {
    @Test(.enabled(if: SmallDisk.isPossible, "only root can mount"))
    func aFullDiskIsSaidAndHeals() async throws {
        let fixture = try SQLiteFixture()
        let disk = try SmallDisk(megabytes: 2)
        let log = try await fixture.open(path: disk.path + "/events.sqlite")
        let channel = try LogUnderTest.channel(1)
        try await fixture.append(1...10, to: channel, in: log)
        let ballast = disk.path + "/ballast"
        try disk.fill(ballast)
        var appended: UInt64 = 10
        let large = try LogUnderTest.draft("\"" + String(repeating: "x", count: 300_000) + "\"", to: channel)
        var failure: RealtimeError?
        for _ in 0..<20 where failure == nil {
            let results = await log.append([large, large])
            let events = results.compactMap { try? $0.get() }
            #expect(events.isEmpty || events.count == 2)
            appended += UInt64(events.count)
            if case .failure(let error) = results[0] { failure = error }
        }
        #expect(failure?.code == .logUnavailable)
        #expect(failure?.message.contains("full") == true)
        // Opening the file again makes room on the disk, so that it may be working already.
        #expect(log.status.failures > 0)
        #expect(try await log.head(of: channel).sequence == appended)

        try FileManager.default.removeItem(atPath: ballast)
        try await eventually { log.status.isWorking }
        let next = try await fixture.append(1...1, to: channel, in: log)
        #expect(next.first?.position == Position(epoch: log.opening.epoch, sequence: appended + 1))
        #expect(
            try await log.read(channel, since: nil, limit: ReadLimit(bytes: 1 << 30)).sequences
                == Array(1...(appended + 1)))
        await log.close()
    }

    @Test(.enabled(if: SmallDisk.isPossible, "only root can mount"))
    func aReadOnlyFolderIsSaid() async throws {
        let fixture = try SQLiteFixture()
        let disk = try SmallDisk(megabytes: 2)
        let path = disk.path + "/events.sqlite"
        try await fixture.open(path: path).close()
        try disk.makeReadOnly()
        #expect(await fixture.refusal(path)?.contains("Read-only") == true)
    }

    @Test func aMissingFolderIsSaid() async throws {
        let fixture = try SQLiteFixture()
        let refusal = await fixture.refusal(fixture.folder.file("none/events.sqlite"))
        #expect(refusal?.contains("No such file") == true)
    }

    /// While the folder is away nothing is acknowledged; once it is back, everything goes on.
    @Test func aFolderThatIsAwayForAWhile() async throws {
        let fixture = try SQLiteFixture()
        let folder = fixture.folder.file("data")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let log = try await fixture.open(path: folder + "/events.sqlite")
        let channel = try LogUnderTest.channel(1)
        try await fixture.append(1...10, to: channel, in: log)
        try FileManager.default.moveItem(atPath: folder, toPath: folder + "-away")
        for _ in 0..<3 {
            let result = try #require(await log.append([try LogUnderTest.draft("11", to: channel)]).first)
            let error = #expect(throws: RealtimeError.self) { try result.get() }
            #expect(error?.code == .logUnavailable)
            #expect(log.status.failure?.code == .logUnavailable)
        }
        #expect(try await log.head(of: channel).sequence == 10)
        #expect(try await log.read(channel, since: nil).events.count == 10)
        try FileManager.default.moveItem(atPath: folder + "-away", toPath: folder)
        try await eventually { log.status.isWorking }
        let next = try await fixture.append(11...11, to: channel, in: log)
        #expect(next.first?.position == Position(epoch: log.opening.epoch, sequence: 11))
        #expect(try await log.read(channel, since: nil).sequences == Array(1...11))
        await log.close()
    }

    /// A file that is deleted under the running log: what was acknowledged is gone, and readers are told.
    @Test func aDeletedFileBeginsANewEpoch() async throws {
        let fixture = try SQLiteFixture()
        let log = try await fixture.open()
        let channel = try LogUnderTest.channel(1)
        let before = try await fixture.append(1...10, to: channel, in: log)
        for name in ["events.sqlite", "events.sqlite-wal", "events.sqlite-shm"] {
            try FileManager.default.removeItem(atPath: fixture.folder.file(name))
        }
        let result = try #require(await log.append([try LogUnderTest.draft("11", to: channel)]).first)
        let error = #expect(throws: RealtimeError.self) { try result.get() }
        #expect(error?.code == .logUnavailable)
        try await eventually { log.status.isWorking }
        let after = try await fixture.append(1...1, to: channel, in: log)
        #expect(after.first?.position.epoch != before.first?.position.epoch)
        let page = try await log.read(channel, since: before.last?.position)
        #expect(page.recovery == .gap)
        #expect(page.sequences == [1])
        await log.close()
    }

    @Test(arguments: [0, 50, 1000, 4096, 20_000])
    func aTruncatedFileIsSaid(_ size: UInt64) async throws {
        let fixture = try SQLiteFixture()
        var log = try await fixture.open()
        let channel = try LogUnderTest.channel(1)
        try await fixture.append(1...2000, to: channel, in: log)
        let epoch = log.opening.epoch
        await log.close()
        try FileHandle(forWritingTo: URL(filePath: fixture.path)).truncate(atOffset: size)
        if size == 0 {
            // An empty file is a new log, which must not go on as if it were the old one.
            log = try await fixture.open()
            #expect(log.opening.epoch != epoch)
            #expect(try await log.head(of: channel).sequence == 0)
            await log.close()
        } else {
            #expect(await fixture.refusal()?.contains("damaged") == true)
        }
    }

    @Test func anotherFileIsRefused() async throws {
        let fixture = try SQLiteFixture()
        try Data(repeating: 0x41, count: 10_000).write(to: URL(filePath: fixture.path))
        #expect(await fixture.refusal()?.contains("damaged") == true)
    }

    /// Whatever page is overwritten: a sentence at the start, or at the read; never wrong events, never the process's end.
    @Test func damagedPagesAreFound() async throws {
        let fixture = try SQLiteFixture()
        let log = try await fixture.open()
        let channels = try (0..<20).map { try LogUnderTest.channel($0) }
        for round in 0..<40 {
            let drafts = try (0..<60).map { try LogUnderTest.draft("\(round * 60 + $0)", to: channels[$0 % 20]) }
            for result in await log.append(drafts) { _ = try result.get() }
        }
        await log.close()
        let size = try Data(contentsOf: URL(filePath: fixture.path)).count
        try fixture.copy("events.sqlite", to: "whole")
        var found = 0
        for page in 0..<UInt64(size / 4096) {
            try fixture.copy("whole", to: "events.sqlite")
            try fixture.overwrite("events.sqlite", at: page * 4096 + 200, with: Array(repeating: 0xA5, count: 3000))
            guard let damaged = try? await fixture.open(recentBytes: 0) else {
                found += 1
                continue
            }
            for (index, channel) in channels.enumerated() {
                do {
                    let events = try await damaged.read(channel, since: nil).events
                    let expected = events.map { event in
                        let place = Int(event.sequence) - 1
                        return "\(place / 3 * 60 + place % 3 * 20 + index)"
                    }
                    #expect(events.map { String(decoding: $0.payload.bytes, as: UTF8.self) } == expected)
                } catch {
                    found += 1
                }
            }
            await damaged.close()
        }
        #expect(found > 0)
    }

    @Test func aNewerFileIsRefused() async throws {
        let fixture = try SQLiteFixture()
        try await fixture.open().close()
        let queue = try DatabaseQueue(path: fixture.path)
        try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('2')") }
        try queue.close()
        #expect(await fixture.refusal()?.contains("newer version") == true)
    }

    /// Too much at once is refused, not kept.
    @Test func waitingEventsAreBounded() async throws {
        let fixture = try SQLiteFixture()
        let log = try await fixture.open()
        let draft = try LogUnderTest.draft("1", to: LogUnderTest.channel(1))
        let drafts = Array(repeating: draft, count: 30_000)
        let codes = await withTaskGroup { group in
            for _ in 0..<20 {
                group.addTask {
                    await log.append(drafts).compactMap { result -> RealtimeError.Code? in
                        if case .failure(let error) = result { error.code } else { nil }
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(codes.allSatisfy { $0 == .busy })
        let head = try await log.head(of: LogUnderTest.channel(1))
        #expect(Int(head.sequence) == 20 * 30_000 - codes.count)
        await log.close()
    }
}
