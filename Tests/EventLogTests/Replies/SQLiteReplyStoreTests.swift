import EventLog
import EventLogSQLite
import Foundation
import GRDB
import Realtime
import Testing

/// What a store of replies in a file keeps, and what it says of files that it cannot use.
@Suite(.serialized) struct SQLiteReplyStoreTests {
    private let clock = TestClock()
    private let folder: TemporaryFolder
    private var path: String { self.folder.file("replies.sqlite") }
    private var expires: Int64 { self.clock.now + 600_000 }

    init() throws {
        self.folder = try TemporaryFolder()
    }

    private func open(
        sync: SQLiteLogSettings.Sync = .normal,
        path: String? = nil
    ) async throws(RealtimeError) -> SQLiteReplyStore {
        try await .open(SQLiteReplySettings(path: path ?? self.path, sync: sync) { [clock] in clock.now })
    }

    /// The sentence that opening fails with.
    private func refusal() async -> String? {
        do {
            await (try await self.open()).close()
            return nil
        } catch {
            return error.code == .logUnavailable ? error.message : "\(error)"
        }
    }

    private func database<Value>(_ body: (Database) throws -> Value) throws -> Value {
        let queue = try DatabaseQueue(path: self.path)
        defer { try? queue.close() }
        return try queue.write(body)
    }

    @Test(arguments: [SQLiteLogSettings.Sync.normal, .full])
    func repliesOutliveTheStore(_ sync: SQLiteLogSettings.Sync) async throws {
        var store = try await self.open(sync: sync)
        let replies = (0..<100).map { KeptReply.numbered($0, expires: self.expires) }
        try await store.keep(replies)
        await store.close()
        store = try await self.open(sync: sync)
        #expect(try await store.load(now: self.clock.now) == replies)
        #expect(store.damagedRows == 0)
        await store.close()
    }

    @Test func filesAreTheOwnersAlone() async throws {
        let store = try await self.open()
        try await store.keep([.numbered(1, expires: self.expires)])
        for name in try FileManager.default.contentsOfDirectory(atPath: self.folder.path) {
            let attributes = try FileManager.default.attributesOfItem(atPath: self.folder.file(name))
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        await store.close()
    }

    @Test func aSecondStoreIsRefused() async throws {
        let store = try await self.open()
        try await store.keep([.numbered(1, expires: self.expires)])
        #expect(await self.refusal()?.contains("another program holds the store of replies") == true)
        await store.close()
        #expect(await self.refusal() == nil)
    }

    @Test func expiredRowsAreDeletedByCommits() async throws {
        let store = try await self.open()
        for number in 0..<50 { try await store.keep([.numbered(number, expires: self.expires)]) }
        self.clock.advance(minutes: 10)
        // Each commit deletes some more.
        for number in 50..<55 { try await store.keep([.numbered(number, expires: self.expires)]) }
        await store.close()
        #expect(try self.database { try Int.fetchOne($0, sql: "SELECT count(*) FROM replies") } == 5)
    }

    /// A row that was cut, grew, says another count or version, or has a wrong bit is passed over; the others count.
    @Test(arguments: [
        "x''", "x'01'", "substr(body, 1, 15)", "substr(body, 1, length(body) - 1)", "body || x'00'",
        "x'02' || substr(body, 2)", "substr(body, 1, 4) || x'ffffffff' || substr(body, 9)",
        "substr(body, 1, 30) || x'5a' || substr(body, 32)", "substr(body, 1, 4) || x'01000000' || substr(body, 9)",
    ])
    func aDamagedRowIsPassedOver(_ damage: String) async throws {
        var store = try await self.open()
        let batches = (0..<3).map { batch in
            (0..<2).map { KeptReply.numbered(batch * 10 + $0, expires: self.expires) }
        }
        for batch in batches { try await store.keep(batch) }
        await store.close()
        try self.database { try $0.execute(sql: "UPDATE replies SET body = \(damage) WHERE id = 2") }
        store = try await self.open()
        #expect(try await store.load(now: self.clock.now) == batches[0] + batches[2])
        #expect(store.damagedRows == 1)
        await store.close()
    }

    @Test func otherFilesAreRefused() async throws {
        try Data(repeating: 7, count: 8192).write(to: URL(filePath: self.path))
        #expect(await self.refusal()?.contains("store of replies's file is damaged") == true)
        try FileManager.default.removeItem(atPath: self.path)
        try self.database { try $0.execute(sql: "CREATE TABLE other (id INTEGER)") }
        #expect(await self.refusal()?.contains("is not a store of replies") == true)
        try FileManager.default.removeItem(atPath: self.path)
        #expect(await self.refusal() == nil)
        try self.database { try $0.execute(sql: "PRAGMA user_version = 99") }
        #expect(await self.refusal()?.contains("newer version") == true)
    }

    @Test func aFileThatIsGoneIsMadeAnew() async throws {
        let store = try await self.open()
        try await store.keep([.numbered(1, expires: self.expires)])
        try FileManager.default.removeItem(atPath: self.path)
        await #expect(throws: RealtimeError.self) { try await store.keep([.numbered(2, expires: self.expires)]) }
        try await eventually { (try? await store.keep([.numbered(3, expires: self.expires)])) != nil }
        #expect(FileManager.default.fileExists(atPath: self.path))
        await store.close()
    }

    @Test(.enabled(if: SmallDisk.isPossible, "only root can mount"))
    func aFullDiskIsSaidAndHeals() async throws {
        let disk = try SmallDisk(megabytes: 2)
        let store = try await self.open(path: disk.path + "/replies.sqlite")
        var kept: [KeptReply] = [.numbered(0, expires: self.expires)]
        try await store.keep(kept)
        try disk.fill(disk.path + "/ballast")
        let large = KeptReply.numbered(1, expires: self.expires, bytes: 3 << 20)
        do {
            try await store.keep([large])
            Issue.record("3 MiB do not fit")
        } catch {
            #expect(error.message == "the store of replies cannot be written: the disk is full")
        }
        try FileManager.default.removeItem(atPath: disk.path + "/ballast")
        kept.append(.numbered(2, expires: self.expires))
        try await eventually { (try? await store.keep([kept[1]])) != nil }
        #expect(try await store.load(now: self.clock.now) == kept)
        await store.close()
    }

    /// A process killed in the middle of its work loses no reply that it was told to be kept.
    @Test func whatWasKeptSurvivesAKill() async throws {
        var random = SeededGenerator(seed: 5)
        var said: Set<String> = []
        for life in 0..<5 {
            let child = try ChildProcess(replies: self.path, from: life * 1_000_000)
            let enough = Int.random(in: 1...2000, using: &random)
            try await eventually { child.lines.count >= enough }
            try await child.kill()
            #expect(!child.lines.contains { $0.hasPrefix("failed") || $0.hasPrefix("refused") })
            said.formUnion(child.lines)
        }
        let store = try await self.open()
        let loaded = try await store.load(now: 0)
        #expect(store.damagedRows == 0)
        #expect(said.subtracting(loaded.map { "kept \($0.key.low)" }).isEmpty)
        #expect(said.count >= 5)
        await store.close()
    }
}
