import Foundation
import Testing

/// A file system of a few megabytes, in memory.
final class SmallDisk: Sendable {
    static var isPossible: Bool { getuid() == 0 }

    let path: String
    private let folder: TemporaryFolder

    init(megabytes: Int) throws {
        self.folder = try TemporaryFolder()
        self.path = self.folder.file("disk")
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
        try #require(mount("tmpfs", self.path, "tmpfs", 0, "size=\(megabytes)m") == 0)
    }

    deinit {
        umount2(self.path, Int32(MNT_DETACH))
    }

    func makeReadOnly() throws {
        try #require(mount("tmpfs", self.path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0)
    }

    /// Fills the rest of it, but for a few pages.
    func fill(_ path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
        defer { close(descriptor) }
        let page = [UInt8](repeating: 1, count: 4096)
        while page.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == page.count {}
        #expect(errno == ENOSPC)
    }
}
