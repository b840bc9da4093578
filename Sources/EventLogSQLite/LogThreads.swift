import Foundation
import Synchronization

/// The log's threads, and who waits for their end.
final class LogThreads: Sendable {
    private struct State: Sendable {
        var running = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        self.state.withLock { $0.running += 1 }
        let thread = Thread {
            body()
            self.noteEnd()
        }
        thread.name = name
        thread.start()
    }

    private func noteEnd() {
        let waiting = self.state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.running -= 1
            guard state.running == 0 else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until no thread runs any more.
    func ended() async {
        await withCheckedContinuation { continuation in
            let haveEnded = self.state.withLock { state in
                if state.running > 0 { state.waiting.append(continuation) }
                return state.running == 0
            }
            if haveEnded { continuation.resume() }
        }
    }
}
