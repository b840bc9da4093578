internal import Foundation
internal import MessageBus

/// A pipe that wakes the thread which polls it.
final class WakeUp: Sendable {
    /// What to poll for reading.
    let descriptor: Int32
    private let writer: Int32

    /// Opens the pipe.
    ///
    /// - Throws: `connectionFailed` if no descriptor is left.
    init() throws(BusError) {
        var descriptors: [Int32] = [-1, -1]
        guard pipe(&descriptors) == 0 else {
            throw BusError(.connectionFailed, "no pipe could be opened: \(MosquittoLibrary.systemText(errno))")
        }
        self.descriptor = descriptors[0]
        self.writer = descriptors[1]
        for descriptor in descriptors {
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }

    deinit {
        _ = close(self.descriptor)
        _ = close(self.writer)
    }

    /// Wakes the thread.
    ///
    /// A pipe that is full has woken it already.
    func signal() {
        var byte: UInt8 = 1
        _ = write(self.writer, &byte, 1)
    }

    /// Forgets the signals so far.
    func clear() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(self.descriptor, &bytes, bytes.count) > 0 {}
    }
}
