import Foundation

/// The names of the log's files, and what can be read of them before SQLite opens them.
struct LogFiles: Sendable {
    /// The database.
    let database: String

    /// Finds the one name of a file, whatever links lead to it.
    init(path: String) {
        let url = URL(filePath: path)
        let folder = url.deletingLastPathComponent().resolvingSymlinksInPath()
        self.database = folder.appending(path: url.lastPathComponent).resolvingSymlinksInPath().path(
            percentEncoded: false)
    }

    var writeAheadLog: String { self.database + "-wal" }
    var mark: String { self.database + "-mark" }

    /// Makes an empty database that only its owner can read, where there is none; SQLite's other files take its mode.
    ///
    /// One that is there is not touched: closing a descriptor of it would release the locks of SQLite's connections.
    func create() throws(SQLiteFault) {
        guard LogMark.inode(self.database) == nil else { return }
        let descriptor = open(self.database, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LogMark.fault(opening: self.database) }
        close(descriptor)
    }

    /// How often the write-ahead log was taken over: the database's user version, straight from its file.
    ///
    /// See "Database File Format", 1.3.15.
    var checkpoints: UInt32? {
        Self.word(of: self.database, at: 60)
    }

    /// What tells one life of the write-ahead log from another.
    ///
    /// See "Database File Format", 4.1.
    var walSalt: UInt64? {
        guard let first = Self.word(of: self.writeAheadLog, at: 16),
            let second = Self.word(of: self.writeAheadLog, at: 20)
        else { return nil }
        return UInt64(first) << 32 | UInt64(second)
    }

    /// Moves a write-ahead log away that belongs to another state of the database than the one that is there.
    ///
    /// SQLite would mix the two without a word.
    func removeForeignLog(_ mark: LogMark.Content?) throws(SQLiteFault) {
        guard let mark, let checkpoints = self.checkpoints, checkpoints < mark.checkpoints,
            let salt = self.walSalt, salt == mark.walSalt
        else { return }
        guard rename(self.writeAheadLog, self.writeAheadLog + "-foreign") == 0 else {
            throw LogMark.fault(opening: self.writeAheadLog)
        }
        unlink(self.database + "-shm")
    }

    private static func word(of path: String, at offset: Int) -> UInt32? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var word: UInt32 = 0
        let count = withUnsafeMutableBytes(of: &word) { pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
        return count == 4 ? UInt32(bigEndian: word) : nil
    }
}
