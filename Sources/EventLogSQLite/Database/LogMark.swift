import Foundation
import GRDBSQLite

/// A small file beside the database that knows how far the log has come, so that an older copy is found out.
///
/// It is written after every commit, without waiting for the disk: it survives the process, and after the machine's
/// sudden end the boot id speaks. Its lock keeps other processes off the log for as long as this one lives.
///
/// It finds out every older copy of the database that is put back while the mark stays, whether with its write-ahead
/// log, without one, or under the one of the replaced database; and copies of all files together, by their inodes. It
/// cannot find out older contents of all files, this one included, that have the same inodes: written over the present
/// ones in place, given freed inodes again, or brought back below the file system, as a snapshot of the disk is. Then
/// only the boot id can speak, where the copied log was not closed cleanly. Whoever restores all files deletes the mark.
final class LogMark {
    /// What it says.
    struct Content: Equatable {
        /// Which database it belongs to.
        var identity: [UInt8]
        /// The number of the last event that was committed, at least.
        var number: UInt64 = 0
        /// How often the database's write-ahead log had been taken over into its file, at least.
        var checkpoints: UInt32 = 0
        /// What the write-ahead log that follows that is known by.
        var walSalt: UInt64 = 0
        /// The inodes of the database and of the mark: copies have others.
        var databaseInode: UInt64 = 0
        var markInode: UInt64 = 0
    }

    private static let magic: UInt64 = 0x314B_5241_4D4C_5452
    private static let byteCount = 72
    /// How often the lock is tried, and the pause between two, in microseconds: a process that was killed may just be
    /// ending.
    private static let attempts = 10
    private static let pause: UInt32 = 50_000

    private let descriptor: Int32
    /// What was last read or written; `nil` where the file does not say anything that can be believed.
    private(set) var content: Content?

    /// Opens the file, makes it where it is missing, and locks it for the life of this object.
    ///
    /// - Throws: Where it cannot be opened, or another process has it.
    init(path: String) throws(SQLiteFault) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.fault(opening: path) }
        self.descriptor = descriptor
        var attempts = 1
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0, attempts < Self.attempts {
            usleep(Self.pause)
            attempts += 1
        }
        guard attempts < Self.attempts else {
            throw SQLiteFault(code: SQLITE_BUSY, message: "another bridge has the event log beside \(path) open")
        }
        self.content = self.read()
    }

    deinit {
        // A process that is just being spawned has the descriptor too, until it begins its own program.
        flock(self.descriptor, LOCK_UN)
        close(self.descriptor)
    }

    static func fault(opening path: String) -> SQLiteFault {
        let reason = String(cString: strerror(errno))
        return SQLiteFault(code: SQLITE_CANTOPEN, message: "the event log cannot open \(path): \(reason)")
    }

    /// The inode of a file; `nil` where there is none.
    static func inode(_ path: String) -> UInt64? {
        var info = stat()
        return stat(path, &info) == 0 ? UInt64(info.st_ino) : nil
    }

    /// The mark's own inode.
    var inode: UInt64 {
        var info = stat()
        return fstat(self.descriptor, &info) == 0 ? UInt64(info.st_ino) : 0
    }

    /// Writes what it says; a failure leaves an older mark, which is true as well.
    func write(_ content: Content) {
        self.content = content
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        bytes.append(Self.magic)
        bytes.append(contentsOf: content.identity.prefix(16))
        bytes.append(content.number)
        bytes.append(UInt64(content.checkpoints))
        bytes.append(content.walSalt)
        bytes.append(content.databaseInode)
        bytes.append(content.markInode)
        bytes.append(bytes.withUnsafeBytes { Checksum.of($0) })
        _ = bytes.withUnsafeBytes { pwrite(self.descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// Waits until the disk has it.
    func synchronize() {
        fsync(self.descriptor)
    }

    private func read() -> Content? {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        let count = bytes.withUnsafeMutableBytes { pread(self.descriptor, $0.baseAddress, $0.count, 0) }
        guard count == Self.byteCount else { return nil }
        return bytes.withUnsafeBytes { bytes in
            func word(_ offset: Int) -> UInt64 {
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            }
            let checked = UnsafeRawBufferPointer(rebasing: bytes[..<(Self.byteCount - 8)])
            guard word(0) == Self.magic, word(Self.byteCount - 8) == Checksum.of(checked) else { return nil }
            return Content(
                identity: Array(bytes[8..<24]),
                number: word(24),
                checkpoints: UInt32(truncatingIfNeeded: word(32)),
                walSalt: word(40),
                databaseInode: word(48),
                markInode: word(56)
            )
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ word: UInt64) {
        Swift.withUnsafeBytes(of: word.littleEndian) { self.append(contentsOf: $0) }
    }
}
