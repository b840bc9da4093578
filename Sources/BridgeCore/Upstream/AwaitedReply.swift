import Components
import Realtime
import ServiceLifecycle

/// A reply that a task waits for, until the bridge shuts down.
final class AwaitedReply: Sendable {
    /// What is told of a callback that is not done by then: it may have run, and the same id runs it again.
    private static let shuttingDown = Upstream.Reply.answered(
        ReplyBody.failure(RealtimeError(.timeout, "the bridge is shutting down")).encode()
    )

    private let grace: Duration
    private let reply = Signal<Upstream.Reply>()
    private let replyOrShutdown = Signal<Void>()

    /// Creates one that nobody waits for yet.
    ///
    /// The `grace` is how long a callback under way has after shutdown: less than its caller's connection has.
    init(grace: Duration = .seconds(1)) {
        self.grace = grace
    }

    /// Gives the reply; later ones are ignored.
    func give(_ reply: Upstream.Reply) {
        self.reply.send(reply)
        self.replyOrShutdown.send(())
    }

    /// Waits for the reply, by one task; cancellation shortens no more than the time after shutdown.
    func wait() async -> Upstream.Reply {
        await withGracefulShutdownHandler {
            await self.replyOrShutdown.wait()
        } onGracefulShutdown: {
            self.replyOrShutdown.send(())
        }
        guard !self.reply.isSent else { return await self.reply.wait() }
        return await withTaskGroup(of: Void.self) { group in
            // Cancelled with the reply, and awaited by the group.
            group.addTask {
                // Where it is cancelled, either there is a reply or nobody has time for one.
                try? await Task.sleep(for: self.grace)
                self.reply.send(Self.shuttingDown)
            }
            defer { group.cancelAll() }
            return await self.reply.wait()
        }
    }
}
