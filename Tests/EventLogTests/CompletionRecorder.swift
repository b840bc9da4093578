import EventLog
import Realtime
import Synchronization

/// Keeps what completions report, and whether two of them ever ran at the same time.
final class CompletionRecorder: Sendable {
    private let seen = Mutex<[UInt64]>([])
    private let running = Atomic<Bool>(false)
    private let overlapped = Atomic<Bool>(false)

    var sequences: [UInt64] { self.seen.withLock { $0 } }
    var hasOverlapped: Bool { self.overlapped.load(ordering: .sequentiallyConsistent) }

    func record(_ results: [AppendResult]) {
        if self.running.exchange(true, ordering: .sequentiallyConsistent) {
            self.overlapped.store(true, ordering: .sequentiallyConsistent)
        }
        let sequences = results.compactMap { try? $0.get().position.sequence }
        self.seen.withLock { $0 += sequences }
        self.running.store(false, ordering: .sequentiallyConsistent)
    }
}
