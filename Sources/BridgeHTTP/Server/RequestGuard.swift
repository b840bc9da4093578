import Edge
import NIOCore
import Realtime

/// Stands between a connection's bytes and the HTTP parser: bounds how large a request's head may be and how long a
/// request may take to arrive, and answers what is no HTTP.
///
/// The parser and hummingbird close such connections at once, while bytes wait unread: the peer would see a reset instead
/// of a reason. ``RequestProgress`` tells it from the parser's other side where a request begins and ends.
final class RequestGuard: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// The largest head of a request, in bytes; a grant takes up to 7,680 of them.
    static let maximumHead = 32 * 1024
    /// How long a request's head may take from its first byte.
    private static let headTimeout = TimeAmount.seconds(10)
    /// How long its body may take after that.
    private static let bodyTimeout = TimeAmount.seconds(60)
    /// How many requests of one connection are taken before they are answered, and how finely its bytes are cut for it.
    private static let maximumUnanswered = 32
    private static let slice = 4096
    /// How long a peer may take nothing of what it is answered.
    private static let stallTimeout = TimeAmount.seconds(60)
    /// How long a peer has to read why it is closed.
    private static let lastWord = TimeAmount.seconds(2)

    /// What the parser cannot take.
    enum Fault {
        /// A head beyond ``RequestGuard/maximumHead``.
        case headTooLarge
        case notHTTP
        /// A head or a body that did not arrive in time.
        case tooSlow
        /// The input ended in the middle of a request: there is nobody to be told, or the bridge is shutting down.
        case cutOff
    }

    private enum State {
        /// Between requests.
        case idle
        /// So many bytes of a request have come, but not its whole head.
        case head(count: Int)
        /// The head is there.
        case body
        /// Nothing more is taken or sent.
        case refused
    }

    private var state = State.idle
    private let pending: PendingConnections
    private var ticket: PendingConnections.Ticket?
    private var timeout: Scheduled<Void>?
    /// An answer has begun and not ended, so that none can be written.
    private var isAnswering = false
    /// Requests whose heads have come and that are not answered.
    private var unanswered = 0
    /// Why nothing more is taken; said behind the answers to what came before.
    private var fault: Fault?
    private var context: ChannelHandlerContext?
    /// What the parser has not been given, since enough requests wait for their answers.
    private var held = ByteBuffer()
    private var wantsRead = false
    private var isInputClosed = false
    /// Ends a peer that takes nothing of what it is answered.
    private var stall: Scheduled<Void>?

    private init(pending: PendingConnections) {
        self.pending = pending
    }

    /// Adds a guard at the end of a pipeline, before the parser.
    static func add(to channel: any NIOCore.Channel, pending: PendingConnections) throws {
        try channel.pipeline.syncOperations.addHandler(RequestGuard(pending: pending))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.ticket = self.pending.add(context.channel)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.timeout?.cancel()
        self.stall?.cancel()
        self.leavePending()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        self.held.writeBuffer(&bytes)
        self.feed(context)
    }

    func read(context: ChannelHandlerContext) {
        if self.held.readableBytes > 0 {
            self.wantsRead = true
        } else {
            context.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed, self.held.readableBytes > 0 {
            self.isInputClosed = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.stall?.cancel()
        self.stall = nil
        if !context.channel.isWritable {
            self.stall = context.eventLoop.assumeIsolated().scheduleTask(in: Self.stallTimeout) {
                context.close(promise: nil)
            }
        }
        context.fireChannelWritabilityChanged()
    }

    /// Gives the parser what is held, as long as few requests wait for their answers.
    private func feed(_ context: ChannelHandlerContext) {
        while self.unanswered < Self.maximumUnanswered,
            let bytes = self.held.readSlice(length: min(Self.slice, self.held.readableBytes)),
            bytes.readableBytes > 0
        {
            self.parse(bytes, context)
        }
        guard self.held.readableBytes == 0 else { return }
        self.held = ByteBuffer()
        if self.isInputClosed {
            self.isInputClosed = false
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
        if self.wantsRead {
            self.wantsRead = false
            context.read()
        }
    }

    private func parse(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        let count = bytes.readableBytes
        guard self.fault == nil else { return }
        switch self.state {
        case .refused:
            return
        case .idle:
            self.state = .head(count: count)
        case .head(let before):
            self.state = .head(count: before + count)
        case .body:
            break
        }
        context.fireChannelRead(self.wrapInboundOut(bytes))
        // What came with the head is the body's, so the size is judged only once the parser has seen it all.
        if case .head(let count) = self.state, count > Self.maximumHead {
            self.failed(.headTooLarge)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        switch self.state {
        case .head: self.expect(within: Self.headTimeout)
        case .body: self.expect(within: Self.bodyTimeout)
        case .idle, .refused: break
        }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .refused = self.state {
            promise?.fail(ChannelError.alreadyClosed)
            return
        }
        context.write(data, promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        let isRefused = if case .refused = self.state { true } else { self.fault != nil }
        if isRefused, mode != .input {
            // Closed after the last word.
            promise?.succeed()
            return
        }
        context.close(mode: mode, promise: promise)
    }

    private func expect(within time: TimeAmount) {
        guard self.timeout == nil, let context = self.context else { return }
        self.timeout = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in
            self?.failed(.tooSlow)
        }
    }

    private func arrived() {
        self.timeout?.cancel()
        self.timeout = nil
    }

    private func leavePending() {
        if let ticket = self.ticket.take() { self.pending.remove(ticket) }
    }

    /// How many answers must be written before a word on the request under way.
    private var owed: Int {
        if case .body = self.state { self.unanswered - 1 } else { self.unanswered }
    }

    /// Says why nothing more is taken, if that can still be said, and closes.
    private func refuse(_ fault: Fault) {
        guard let context = self.context else { return }
        if case .refused = self.state { return }
        // A request whose body does not come may have been answered already.
        let isAnswered = if case .body = self.state { self.unanswered == 0 } else { false }
        self.arrived()
        self.state = .refused
        if !self.isAnswering, !isAnswered, let response = fault.response {
            context.writeAndFlush(self.wrapOutboundOut(.byteBuffer(response)), promise: nil)
        }
        context.close(mode: .output, promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.lastWord) { context.close(promise: nil) }
    }
}

// MARK: - What the parser has seen

extension RequestGuard {
    /// A request's head is whole.
    func headArrived() {
        if case .refused = self.state { return }
        self.state = .body
        self.unanswered += 1
        self.arrived()
        self.leavePending()
    }

    /// A request is whole.
    func requestArrived() {
        guard case .body = self.state else { return }
        self.state = .idle
        self.arrived()
    }

    /// An answer has begun.
    func answerBegan() {
        self.isAnswering = true
    }

    /// A request is answered, and the connection waits for the next one.
    func answered() {
        self.isAnswering = false
        self.unanswered -= 1
        if let fault, self.owed <= 0 { return self.refuse(fault) }
        guard let context = self.context else { return }
        if self.ticket == nil { self.ticket = self.pending.add(context.channel) }
        guard self.held.readableBytes > 0 else { return }
        // Not within the write that ended the answer.
        context.eventLoop.assumeIsolated().execute {
            guard let context = self.context else { return }
            self.feed(context)
            context.fireChannelReadComplete()
        }
    }

    /// The request under way cannot go on.
    func failed(_ fault: Fault) {
        guard self.fault == nil else { return }
        self.fault = fault
        if self.owed <= 0 { self.refuse(fault) }
    }
}

extension RequestGuard.Fault {
    /// The whole response; nil where there is nothing to say.
    fileprivate var response: ByteBuffer? {
        let status: Int
        let title: String
        let error: RealtimeError
        switch self {
        case .headTooLarge:
            (status, title) = (431, "Request Header Fields Too Large")
            error = RealtimeError(.limit, "the head is too large")
        case .notHTTP:
            (status, title) = (400, "Bad Request")
            error = RealtimeError(.payloadInvalid, "the request is not HTTP/1.1")
        case .tooSlow:
            (status, title) = (408, "Request Timeout")
            error = RealtimeError(.timeout, "the request took too long to arrive")
        case .cutOff:
            return nil
        }
        let body = Problem(status: status, error: error).encode()
        var buffer = ByteBuffer(
            string: "HTTP/1.1 \(status) \(title)\r\nContent-Type: \(Problem.mediaType)\r\n"
                + "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        )
        buffer.writeBytes(body)
        return buffer
    }
}
