import NIOCore

/// Joins what is written in one turn of the event loop into one system call.
///
/// The HTTP client flushes a request's head and its body apart; receivers then wake up twice, and simple ones take the
/// head for the whole request.
final class JoinedFlushHandler: ChannelOutboundHandler {
    typealias OutboundIn = Any
    typealias OutboundOut = Any

    private var isScheduled = false

    func flush(context: ChannelHandlerContext) {
        guard !self.isScheduled else { return }
        self.isScheduled = true
        context.eventLoop.assumeIsolated().execute {
            self.isScheduled = false
            context.flush()
        }
    }
}
