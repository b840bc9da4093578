public import EventLog
import Foundation

/// How an event log in a SQLite file works.
public struct SQLiteLogSettings: Sendable {
    /// What an acknowledged event survives.
    public enum Sync: String, Sendable {
        /// The end of the process, however sudden. After a power cut a new epoch begins.
        case normal
        /// A power cut too.
        case full
    }

    /// The file; beside it lie SQLite's own `-wal` and `-shm`, and the mark, `-mark`.
    public var path: String
    /// What an acknowledged event survives.
    public var sync: Sync
    /// How channels keep events whose drafts do not say.
    public var defaultPolicy: ChannelPolicy
    /// The most bytes of the file that are in use, with about 60 for each channel ever used; the oldest events go first.
    public var maximumBytes: UInt64
    /// The bytes of recent events that are kept in memory.
    public var recentBytes: Int
    /// What names the machine's present boot.
    public var bootID: String
    /// The time of day, in Unix milliseconds.
    public var now: @Sendable () -> Int64

    /// Creates settings.
    public init(
        path: String,
        sync: Sync = .normal,
        defaultPolicy: ChannelPolicy = ChannelPolicy(),
        maximumBytes: UInt64 = 1 << 30,
        recentBytes: Int = 16 << 20,
        bootID: String = Self.currentBootID,
        now: @escaping @Sendable () -> Int64
    ) {
        self.path = path
        self.sync = sync
        self.defaultPolicy = defaultPolicy
        self.maximumBytes = maximumBytes
        self.recentBytes = recentBytes
        self.bootID = bootID
        self.now = now
    }

    /// The boot id that Linux gives; where there is none, each call returns another, so that nothing is taken for safe.
    public static var currentBootID: String {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? UUID().uuidString
    }
}
