import Edge
import HummingbirdCore
import Logging
import NIOCore

/// Waits for a connection's first bytes, makes it one of the edge or one of HTTP, and leaves.
final class ProtocolChooser: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private static let edgePrefix = Array("GET /mqtt".utf8)
    /// How long a connection may be silent before it says what it is.
    private static let patience = TimeAmount.seconds(10)

    private let hub: Hub
    private let http: HTTP1Channel
    private let logger: Logger
    private let acceptor: HTTPAcceptor
    private var received = ByteBuffer()
    private var isChosen = false
    private var timeout: Scheduled<Void>?
    private var pending: PendingConnections.Ticket?

    init(
        hub: Hub,
        http: HTTP1Channel,
        acceptor: HTTPAcceptor,
        logger: Logger
    ) {
        self.hub = hub
        self.http = http
        self.acceptor = acceptor
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        self.pending = self.hub.pending.add(channel)
        self.timeout = context.eventLoop.scheduleTask(in: Self.patience) {
            channel.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.timeout?.cancel()
        self.leavePending()
    }

    private func leavePending() {
        if let ticket = self.pending.take() { self.hub.pending.remove(ticket) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        if self.isChosen {
            return context.fireChannelRead(data)
        }
        self.received.writeBuffer(&bytes)
        let prefix = Self.edgePrefix
        let view = self.received.readableBytesView
        guard view.count > prefix.count || !view.elementsEqual(prefix.prefix(view.count)) else { return }
        self.choose(isEdge: self.asksForEdge, context: context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            if !self.isChosen { return context.close(promise: nil) }
        default:
            break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard self.isChosen else { return context.close(promise: nil) }
        context.fireErrorCaught(error)
    }

    /// `GET /mqtt` followed by the end of the path.
    private var asksForEdge: Bool {
        let view = self.received.readableBytesView
        guard view.starts(with: Self.edgePrefix) else { return false }
        let next = view[view.startIndex + Self.edgePrefix.count]
        return next == UInt8(ascii: " ") || next == UInt8(ascii: "?")
    }

    private func choose(isEdge: Bool, context: ChannelHandlerContext) {
        self.isChosen = true
        self.timeout?.cancel()
        // Whoever serves the connection takes it in again.
        self.leavePending()
        do {
            if isEdge {
                try self.hub.adoptWebSocket(context.channel)
            } else {
                guard self.acceptor.isOpen else { return context.close(promise: nil) }
                let acceptor = self.acceptor
                try RequestGuard.add(to: context.channel, pending: self.hub.pending)
                // Completed when it is returned: setting up only adds handlers.
                self.http.setup(channel: context.channel, logger: self.logger).whenSuccess { acceptor.accept($0) }
            }
        } catch {
            return context.close(promise: nil)
        }
        let received = self.received
        self.received = ByteBuffer()
        context.fireChannelRead(self.wrapInboundOut(received))
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
