import EventLog
import EventLogSQLite
import Foundation
import Realtime
import Testing

/// A folder with a log's file, opened again and again.
struct SQLiteFixture: Sendable {
    let clock = TestClock()
    let folder: TemporaryFolder

    init() throws {
        self.folder = try TemporaryFolder()
    }

    var path: String { self.folder.file("events.sqlite") }

    func open(
        bootID: String = "boot",
        sync: SQLiteLogSettings.Sync = .normal,
        recentBytes: Int = 16 << 20,
        maximumBytes: UInt64 = 1 << 30,
        path: String? = nil
    ) async throws -> SQLiteEventLog {
        let clock = self.clock
        return try await SQLiteEventLog.open(
            SQLiteLogSettings(
                path: path ?? self.path,
                sync: sync,
                maximumBytes: maximumBytes,
                recentBytes: recentBytes,
                bootID: bootID,
                now: { clock.now }
            ))
    }

    /// The sentence that opening fails with.
    func refusal(_ path: String? = nil) async -> String? {
        do {
            let log = try await self.open(path: path)
            await log.close()
            return nil
        } catch let error as RealtimeError {
            return error.code == .logUnavailable ? error.message : "\(error)"
        } catch {
            return "\(error)"
        }
    }

    /// Appends numbered events.
    @discardableResult
    func append(
        _ numbers: ClosedRange<Int>,
        to channel: ChannelHash,
        in log: SQLiteEventLog,
        policy: ChannelPolicy? = nil
    ) async throws -> [AppendedEvent] {
        let drafts = try numbers.map { try LogUnderTest.draft("\($0)", to: channel, policy: policy) }
        return try await log.append(drafts).map { try $0.get() }
    }

    func copy(_ name: String, to other: String) throws {
        let target = self.folder.file(other)
        try? FileManager.default.removeItem(atPath: target)
        try FileManager.default.copyItem(atPath: self.folder.file(name), toPath: target)
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: self.folder.file(name)) }

    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: self.folder.file(name))
        return try #require(attributes[.posixPermissions] as? Int)
    }

    /// Writes bytes over a part of a file.
    func overwrite(_ name: String, at offset: UInt64, with bytes: [UInt8]) throws {
        let file = try FileHandle(forUpdating: URL(filePath: self.folder.file(name)))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }
}
