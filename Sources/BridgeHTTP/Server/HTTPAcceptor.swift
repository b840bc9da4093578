import HummingbirdCore
import NIOCore
import Synchronization

/// The way of HTTP connections from their event loops to the task that serves them, and what tells them to end.
///
/// A connection that nobody will serve must be finished nevertheless: NIO traps where one is dropped unfinished.
final class HTTPAcceptor: Sendable {
    private struct State: Sendable {
        var isOpen = true
        var served: [ObjectIdentifier: any NIOCore.Channel] = [:]
    }

    /// Bounded by the limit of open files; a connection leaves it as soon as a task is free to serve it.
    let connections: AsyncStream<HTTP1Channel.Value>
    private let continuation: AsyncStream<HTTP1Channel.Value>.Continuation
    private let state = Mutex(State())

    init() {
        (self.connections, self.continuation) = AsyncStream.makeStream()
    }

    /// Whether connections are still served.
    var isOpen: Bool { self.state.withLock { $0.isOpen } }

    /// Hands a connection over, or closes it where connections are no longer served.
    func accept(_ connection: HTTP1Channel.Value) {
        let isTaken = self.state.withLock { state in
            if state.isOpen { self.continuation.yield(connection) }
            return state.isOpen
        }
        guard !isTaken else { return }
        // Awaited by nobody: it only finishes and closes.
        Task { try? await connection.executeThenClose { _, _ in } }
    }

    /// Takes no more connections; those that wait are still in ``connections``, and all are told to end.
    func close() {
        let served = self.state.withLock { state in
            state.isOpen = false
            self.continuation.finish()
            return state.served
        }
        for channel in served.values { Self.end(channel) }
    }

    /// Serves a connection, which is told to end when it has answered what it has read, once the acceptor is closed.
    ///
    /// Its task is not cancelled for that: cancelled, it could not write the answer any more.
    func serve(_ connection: HTTP1Channel.Value, by handle: (HTTP1Channel.Value) async -> Void) async {
        let channel = connection.channel
        let isOpen = self.state.withLock { state in
            state.served[ObjectIdentifier(channel)] = channel
            return state.isOpen
        }
        if !isOpen { Self.end(channel) }
        await handle(connection)
        self.state.withLock { $0.served[ObjectIdentifier(channel)] = nil }
    }

    private static func end(_ channel: any NIOCore.Channel) {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }
}
