import Logging
import MQTTCodec
import NIOCore
import Realtime

/// One client's connection, from its first byte: WebSocket framing where it has one, MQTT packets, and its session.
///
/// It is the only handler of its channel, so that an idle connection costs little memory and a delivery few calls.
/// Rules of the protocol are ``ProtocolStateMachine``'s; rights are those of the session.
final class ConnectionHandler: ChannelInboundHandler, TimerWheelEntry {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let loop: EdgeLoop
    var timerPlace: TimerPlace?
    var context: ChannelHandlerContext?
    var session: Session?
    var id = ConnectionID(rawValue: 0)

    private(set) var transport: Transport
    var machine = ProtocolStateMachine()
    var decoder: PacketDecoder
    /// The beginning of a handshake, frame or packet whose rest has not come.
    private var unread: ByteBuffer?
    /// The beginning of a packet whose rest is in a later WebSocket frame.
    private var partial: ByteBuffer?

    /// The way past the pipeline; nil where there is none.
    private(set) var socket: ConnectedSocket?
    /// Its place in the loop's table of those that can be written to at once.
    private(set) var slot: WriteReadiness.Slot = -1
    /// The channel may hold bytes that the socket has not taken.
    var isQueueing = false
    /// Packets that leave at the end of the turn.
    var outbound: ByteBuffer?
    var isFlushScheduled = false
    /// The largest packet that the client takes, in bytes.
    private(set) var maximumPacketSize = Int.max
    /// What may be read of the log for it.
    var replayCredit: ReplayCredit
    /// A read of the log is under way for it, and its other subscriptions wait.
    var isReadFor = false
    var waitingForReads: [ChannelSubscription] = []
    /// Since when the socket has taken nothing, in the loop's seconds, as far as was looked at.
    var stalledAt: UInt64?

    /// When the client was last heard of and when it was pinged, in the loop's seconds.
    var heardAt: UInt64 = 0
    var pingedAt: UInt64?
    private(set) var openedAt: UInt64 = 0
    /// Until its CONNECT is accepted.
    private var pending: PendingConnections.Ticket?
    /// Control packets in a second of the loop's clock.
    private var controlSecond: UInt64 = 0
    private var controlCount = 0
    /// When a closing connection is cut off.
    var cutsOffAt: UInt64?

    init(loop: NIOLoopBound<EdgeLoop>, transport: Transport) {
        self.loop = loop.value
        self.transport = transport
        self.replayCredit = ReplayCredit(now: self.loop.now)
        self.decoder = PacketDecoder(
            receiving: .fromClient,
            maximumPacketSize: self.loop.configuration.maximumConnectPacket
        )
    }

    var version: MQTTVersion? { self.machine.version }

    /// Bytes that wait for the rest of a handshake, frame or packet.
    var unreadBytes: Int { (self.unread?.readableBytes ?? 0) + (self.partial?.readableBytes ?? 0) }
}

// MARK: - Channel events

extension ConnectionHandler {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { self.socket = ConnectedSocket(context) }
        self.id = self.loop.add(self)
        self.slot = self.loop.readiness.add()
        self.pending = self.loop.pending.add(context.channel)
        self.openedAt = self.loop.now
        self.heardAt = self.loop.now
        let high = self.loop.configuration.maximumOutboundBytes
        try? context.channel.syncOptions?.setOption(.writeBufferWaterMark, value: .init(low: high / 2, high: high))
        self.loop.check(self, after: Int(self.loop.configuration.connectTimeout.nanoseconds / 1_000_000_000))
    }

    func channelActive(context: ChannelHandlerContext) {
        // Not before: only an active channel says when its descriptor is gone.
        self.socket = ConnectedSocket(context)
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.end()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.machine.isClosed else { return }
        self.heardAt = self.loop.now
        var bytes = self.unwrapInboundIn(data)
        if var unread = self.unread.take() {
            unread.writeBuffer(&bytes)
            bytes = unread
        }
        if case .handshake = self.transport {
            self.shakeHands(&bytes)
        }
        switch self.transport {
        case .tcp:
            self.decode(&bytes)
        case .webSocket:
            self.decodeFrames(&bytes)
        case .handshake:
            break
        }
        if bytes.readableBytes > 0, !self.machine.isClosed {
            self.unread = Self.rest(of: bytes)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard self.hasRoom, let session = self.session else { return }
        self.stalledAt = nil
        for subscription in session.subscriptions where !subscription.isLive {
            self.loop.resume(subscription)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            context.close(promise: nil)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Resets and broken pipes are a client's way to leave.
        context.close(promise: nil)
    }

    private func end() {
        guard self.context != nil else { return }
        self.context = nil
        self.socket = nil
        self.noteSilence()
        self.machine.close()
        if let session = self.session.take() {
            self.loop.sessions.release(session.key, by: self.loop.holder(self.id))
            self.endWork(of: session)
            if let will = session.will {
                self.publish(will, of: session)
            }
            for subscription in session.subscriptions {
                self.loop.close(subscription)
            }
            self.loop.metrics.disconnected()
        }
        self.unread = nil
        self.partial = nil
        self.outbound = nil
        self.loop.readiness.remove(self.slot)
        self.loop.remove(self.id)
    }

    /// Says that nobody knows who has left: a client whose buffer is smaller than its grant leaves like this.
    private func noteSilence() {
        guard let ticket = self.pending.take() else { return }
        self.loop.pending.remove(ticket)
        guard !self.machine.isClosed else { return }
        self.loop.note(
            "a connection ended before its CONNECT was whole",
            [LogKey.bytes: "\(self.unreadBytes)"]
        )
    }
}

// MARK: - Reading

extension ConnectionHandler {
    private func shakeHands(_ bytes: inout ByteBuffer) {
        let view = bytes.readableBytesView
        let limit = self.loop.configuration.maximumHandshake
        guard let end = HandshakeHead.end(in: view.prefix(limit)) else {
            if bytes.readableBytes >= limit { self.refuse(WebSocketHandshake.tooLarge, .limit) }
            return
        }
        let head = Array(view[..<end])
        bytes.moveReaderIndex(forwardBy: head.count)
        switch WebSocketHandshake(origins: self.loop.configuration.origins).answer(to: head[...]) {
        case .accept(let response):
            self.transport = .webSocket(WebSocketDecoder())
            self.transmit(ByteBuffer(string: response))
        case .refuse(let response, let origin):
            if let origin {
                self.loop.note(
                    "refused a page of another origin",
                    [LogKey.origin: "\(origin.name)", LogKey.advice: "\(origin.advice)"]
                )
            }
            self.refuse(response, .forbidden)
        }
    }

    /// Answers a handshake that cannot be taken, and closes.
    private func refuse(_ response: String, _ code: RealtimeError.Code) {
        self.machine.close()
        self.loop.metrics.refused(code)
        self.transmit(ByteBuffer(string: response))
        self.cutOff()
    }

    private func decodeFrames(_ bytes: inout ByteBuffer) {
        guard case .webSocket(var frames) = self.transport else { return }
        var packets = self.loop.scratch
        self.loop.scratch = ByteBuffer()
        packets.clear()
        if var partial = self.partial.take() {
            packets.writeBuffer(&partial)
        }
        do throws(WebSocketDecoder.Failure) {
            while !self.machine.isClosed, let event = try frames.next(from: &bytes, to: &packets) {
                switch event {
                case .data:
                    continue
                case .pong:
                    self.pingedAt = nil
                case .ping(let payload):
                    self.append(WebSocketFrameWriter.control(.pong, payload: payload))
                case .close:
                    self.decode(&packets)
                    self.closeWebSocket(code: 1000)
                }
            }
            self.transport = .webSocket(frames)
            self.decode(&packets)
        } catch {
            self.loop.metrics.protocolError()
            self.closeWebSocket(code: error.closeCode)
        }
        if packets.readableBytes > 0, !self.machine.isClosed {
            self.partial = Self.rest(of: packets)
        }
        self.loop.scratch = packets
    }

    /// What waits for more: a small rest is copied, so that it does not keep a large buffer alive; a large one is kept as
    /// it is, so that a packet that comes in many pieces is not copied with each.
    private static func rest(of bytes: ByteBuffer) -> ByteBuffer {
        bytes.readableBytes * 4 >= bytes.capacity ? bytes : ByteBuffer(bytes: bytes.readableBytesView)
    }

    private func decode(_ bytes: inout ByteBuffer) {
        do throws(MQTTError) {
            while !self.machine.isClosed, let packet = try self.decoder.decode(&bytes) {
                self.perform(self.machine.receive(packet))
            }
        } catch {
            if error.code == .unsupportedVersion, self.decoder.version == nil { self.refuseVersion() }
            self.fail(error.reason, error.message)
        }
    }

    private func perform(_ action: ProtocolStateMachine.Action) {
        switch action {
        case .authenticate(let connect):
            self.authenticate(connect)
        case .publish(let publish):
            self.receive(publish)
        case .complete(let packetID):
            self.session?.unreleased.remove(packetID)
            self.send(.pubcomp(Acknowledgement(packetID: packetID)))
        case .subscribe(let subscribe):
            self.subscribe(subscribe)
        case .unsubscribe(let unsubscribe):
            self.unsubscribe(unsubscribe)
        case .pong:
            guard self.countControl() else { return }
            self.send(.pingresp)
        case .disconnect(let reason):
            if reason != .disconnectWithWill {
                self.session?.will = nil  // [MQTT-3.14.4-3]
            }
            // What was answered in this very turn still leaves.
            self.flush()
            self.abort()
        case .ignore:
            _ = self.countControl()
        case .fail(let reason, let message):
            self.fail(reason, message)
        }
    }

    /// How many packets that ask for nothing but an answer a client may send in a second.
    private static let maximumControl = 200

    /// Counts a PINGREQ or an acknowledgement of nothing, and closes a client that sends too many.
    private func countControl() -> Bool {
        if self.controlSecond != self.loop.now { (self.controlSecond, self.controlCount) = (self.loop.now, 0) }
        self.controlCount += 1
        guard self.controlCount > Self.maximumControl else { return true }
        self.close(.messageRateTooHigh, "limit: more than \(Self.maximumControl) control packets in a second")
        return false
    }

    /// The CONNECT's grant is good: the connection has a session from here on.
    func begin(_ session: Session) {
        self.session = session
        self.maximumPacketSize = session.maximumPacketSize
        if let ticket = self.pending.take() { self.loop.pending.remove(ticket) }
        self.machine.connected(session.version)
        self.decoder.maximumPacketSize = self.loop.configuration.maximumPacket
        self.loop.metrics.connected()
        self.checkDeadlines()
    }
}
