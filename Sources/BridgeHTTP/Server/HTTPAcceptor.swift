import HummingbirdCore
import NIOCore
import Synchronization

/// The way of HTTP connections from their event loops to the task that serves them.
///
/// A connection that nobody will serve must be finished nevertheless: NIO traps where one is dropped unfinished.
final class HTTPAcceptor: Sendable {
    /// Bounded by the limit of open files; a connection leaves it as soon as a task is free to serve it.
    let connections: AsyncStream<HTTP1Channel.Value>
    private let continuation: AsyncStream<HTTP1Channel.Value>.Continuation
    private let state = Mutex(true)

    init() {
        (self.connections, self.continuation) = AsyncStream.makeStream()
    }

    /// Whether connections are still served.
    var isOpen: Bool { self.state.withLock { $0 } }

    /// Hands a connection over, or closes it where connections are no longer served.
    func accept(_ connection: HTTP1Channel.Value) {
        let isTaken = self.state.withLock { isOpen in
            if isOpen { self.continuation.yield(connection) }
            return isOpen
        }
        guard !isTaken else { return }
        // Awaited by nobody: it only finishes and closes.
        Task { try? await connection.executeThenClose { _, _ in } }
    }

    /// Takes no more connections; those that wait are still in ``connections``.
    func close() {
        self.state.withLock { isOpen in
            isOpen = false
            self.continuation.finish()
        }
    }
}
