import Realtime

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Keeps a second bridge out of a data folder, for as long as it lives (`flock(2)`): the lock goes with the process.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock of a folder.
    ///
    /// - Throws: `configuration_invalid` when another bridge has it, or the folder cannot be written.
    init(_ directory: String) throws(RealtimeError) {
        self.descriptor = open(directory + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard self.descriptor >= 0 else {
            throw RealtimeError(.configurationInvalid, "\(directory): cannot be written")
        }
        guard flock(self.descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(self.descriptor)
            throw RealtimeError(.configurationInvalid, "\(directory): another bridge runs on this folder")
        }
    }

    /// Lets others in.
    func release() {
        close(self.descriptor)
    }
}
