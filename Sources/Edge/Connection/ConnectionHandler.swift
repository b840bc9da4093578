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
    private var machine = ProtocolStateMachine()
    private var decoder: PacketDecoder
    /// The beginning of a handshake, frame or packet whose rest has not come.
    private var unread: ByteBuffer?
    /// The beginning of a packet whose rest is in a later WebSocket frame.
    private var partial: ByteBuffer?
    /// Packets that leave at the end of the turn.
    private var outbound: ByteBuffer?
    private var isFlushScheduled = false

    /// When the client was last heard of and when it was pinged, in the loop's seconds.
    var heardAt: UInt64 = 0
    var pingedAt: UInt64?
    private(set) var openedAt: UInt64 = 0
    /// Until its CONNECT is accepted.
    private var pending: PendingConnections.Ticket?
    /// When a closing connection is cut off.
    private var cutsOffAt: UInt64?

    init(loop: NIOLoopBound<EdgeLoop>, transport: Transport) {
        self.loop = loop.value
        self.transport = transport
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
        self.id = self.loop.add(self)
        self.pending = self.loop.pending.add(context.channel)
        self.openedAt = self.loop.now
        self.heardAt = self.loop.now
        let high = self.loop.configuration.maximumOutboundBytes
        try? context.channel.syncOptions?.setOption(.writeBufferWaterMark, value: .init(low: high / 2, high: high))
        self.loop.check(self, after: Int(self.loop.configuration.connectTimeout.nanoseconds / 1_000_000_000))
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
        self.noteSilence()
        self.machine.close()
        if let session = self.session.take() {
            self.loop.sessions.release(session.key, by: self.loop.holder(self.id))
            if let will = session.will {
                self.publish(will, of: session)
            }
            for (channel, place) in session.subscriptions {
                self.loop.unsubscribe(from: channel, place: place, encoding: self.encoding(session.version))
            }
            self.loop.metrics.disconnected()
        }
        self.unread = nil
        self.partial = nil
        self.outbound = nil
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

    func encoding(_ version: MQTTVersion) -> ChannelFanout.Encoding {
        ChannelFanout.Encoding(version: version, isWebSocket: self.transport.isWebSocket)
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
            self.writeAndFlush(ByteBuffer(string: response))
        case .refuse(let response):
            self.refuse(response, .forbidden)
        }
    }

    /// Answers a handshake that cannot be taken, and closes.
    private func refuse(_ response: String, _ code: RealtimeError.Code) {
        self.machine.close()
        self.loop.metrics.refused(code)
        self.writeAndFlush(ByteBuffer(string: response))
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
                    self.flushOutbound()
                    self.write(WebSocketFrameWriter.control(.pong, payload: payload))
                    self.scheduleFlush()
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
            self.send(.pingresp)
        case .disconnect(let reason):
            if reason != .disconnectWithWill {
                self.session?.will = nil  // [MQTT-3.14.4-3]
            }
            self.abort()
        case .ignore:
            break
        case .fail(let reason, let message):
            self.fail(reason, message)
        }
    }

    /// The CONNECT's grant is good: the connection has a session from here on.
    func begin(_ session: Session) {
        self.session = session
        if let ticket = self.pending.take() { self.loop.pending.remove(ticket) }
        self.machine.connected(session.version)
        self.decoder.maximumPacketSize = self.loop.configuration.maximumPacket
        self.loop.metrics.connected()
        self.checkDeadlines()
    }
}

// MARK: - Writing

extension ConnectionHandler {
    /// Sends a packet at the end of the turn, joined with what else this connection gets.
    func send(_ packet: Packet) {
        guard self.context != nil else { return }
        // A client that was never connected is answered in the version it asked for, or not at all.
        guard let version = self.machine.version ?? self.decoder.version else { return }
        guard self.fits(packet) else { return }
        var buffer = self.outbound.take() ?? ByteBufferAllocator().buffer(capacity: 128)
        // The edge's own packets are within the limits of the encoding.
        if self.transport.isWebSocket, let count = try? packet.encodedCount(version: version) {
            WebSocketFrameWriter.writeHeader(.binary, payloadCount: count, to: &buffer)
        }
        try? buffer.writePacket(packet, version: version)
        self.outbound = buffer
        self.scheduleFlush()
    }

    /// Whether the client takes a packet of this size ([MQTT-3.1.2-24]).
    func fits(_ packet: Packet) -> Bool {
        guard let session = self.session, session.maximumPacketSize < .max else { return true }
        guard let size = try? packet.encodedCount(version: session.version) else { return false }
        return size <= session.maximumPacketSize
    }

    /// Sends a PUBLISH with QoS 0 at the end of the turn.
    func sendPublish(topic: [UInt8], payload: [UInt8], correlation: ByteBuffer? = nil) {
        guard self.context != nil, let session = self.session, let version = self.machine.version else { return }
        if correlation != nil || session.maximumPacketSize < .max {
            var properties = Properties()
            properties.correlationData = correlation
            let publish = Publish(
                topic: ByteBuffer(bytes: topic),
                payload: ByteBuffer(bytes: payload),
                properties: properties
            )
            return self.send(.publish(publish))
        }
        let count = ByteBuffer.publishCount(topicCount: topic.count, payloadCount: payload.count, version: version)
        var buffer =
            self.outbound.take()
            ?? ByteBufferAllocator().buffer(capacity: WebSocketFrameWriter.usualHeader + count)
        if self.transport.isWebSocket {
            WebSocketFrameWriter.writeHeader(.binary, payloadCount: count, to: &buffer)
        }
        // Topics and replies of the edge are far below what a packet can hold.
        try? buffer.writePublish(topic: topic, payload: payload, version: version)
        self.outbound = buffer
        self.scheduleFlush()
    }

    /// Writes events that are encoded already.
    func deliver(_ packets: JoinedPackets, flushesNow: Bool) {
        guard let context = self.context, !self.machine.isClosed else { return }
        var bytes = packets.bytes
        if let limit = self.session?.maximumPacketSize, limit < packets.largest {
            // What a client cannot take is not sent, as if it had been ([MQTT-3.1.2-25]).
            bytes = packets.fitting(limit)
            guard bytes.readableBytes > 0 else { return }
        }
        self.flushOutbound()
        guard self.hasRoom() else { return }
        if flushesNow {
            context.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil)
        } else {
            context.write(self.wrapOutboundOut(bytes), promise: nil)
            self.scheduleFlush()
        }
    }

    /// Writes what has been gathered in this turn.
    func flush() {
        self.isFlushScheduled = false
        self.flushOutbound()
        self.context?.flush()
    }

    func writeAndFlush(_ bytes: ByteBuffer) {
        self.flushOutbound()
        self.context?.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil)
    }

    /// Reads on, or leaves what the client sends to TCP's flow control.
    func reads(_ isReading: Bool) {
        // Fails only on a channel that is closed already.
        try? self.context?.channel.syncOptions?.setOption(.autoRead, value: isReading)
    }

    private func write(_ bytes: ByteBuffer) {
        self.context?.write(self.wrapOutboundOut(bytes), promise: nil)
    }

    private func scheduleFlush() {
        guard !self.isFlushScheduled else { return }
        self.isFlushScheduled = true
        self.loop.needsFlush(self)
    }

    private func flushOutbound() {
        guard let buffer = self.outbound.take() else { return }
        self.write(buffer)
        _ = self.hasRoom()
    }

    /// Closes a client for which too much waits.
    ///
    /// - Returns: Whether more may be written.
    private func hasRoom() -> Bool {
        guard let context = self.context, !self.machine.isClosed else { return false }
        if context.channel.isWritable { return true }
        // What was only written in this turn counts too, and may be gone at once.
        context.flush()
        if context.channel.isWritable { return true }
        self.loop.metrics.slowConsumer()
        self.close(.quotaExceeded, "more than outbound_bytes wait for this client")
        return false
    }
}

// MARK: - Closing

extension ConnectionHandler {
    /// Closes with a reason that the client is told: DISCONNECT in MQTT 5, a close frame over WebSocket.
    func close(_ reason: ReasonCode, _ message: String) {
        guard self.context != nil, !self.machine.isClosed else { return }
        if self.machine.version == .v5 {
            var properties = Properties()
            if self.session?.wantsProblemInformation == true { properties.reasonString = message }
            self.send(.disconnect(Disconnect(reason: reason, properties: properties)))
        }
        self.closeWebSocket(code: 4000 + UInt16(reason.rawValue))
    }

    /// Answers a CONNECT that is refused, and closes.
    func refuse(_ reason: ReasonCode, _ message: String) {
        // The messages are the edge's own: nothing of what the client sent is in them.
        self.loop.note("refused a CONNECT", [LogKey.reason: "\(reason)", LogKey.why: "\(message)"])
        var properties = Properties()
        if self.decoder.version == .v5 { properties.reasonString = message }
        self.send(.connack(ConnAck(sessionPresent: false, reason: reason, properties: properties)))
        self.closeWebSocket(code: 4000 + UInt16(reason.rawValue))
    }

    /// A version that is none of ours is told so in the words of 3.1.1, which every client knows ([MQTT-3.1.2-2]).
    private func refuseVersion() {
        let connack: [UInt8] = [0x20, 2, 0, 1]
        var buffer = ByteBuffer()
        if self.transport.isWebSocket {
            WebSocketFrameWriter.writeHeader(.binary, payloadCount: connack.count, to: &buffer)
        }
        buffer.writeBytes(connack)
        self.outbound = buffer
    }

    /// The peer broke a rule of the protocol.
    private func fail(_ reason: ReasonCode, _ message: String) {
        self.loop.metrics.protocolError()
        if self.machine.version == nil, self.decoder.version != nil {
            self.refuse(reason, message)
        } else {
            self.close(reason, message)
        }
    }

    private func closeWebSocket(code: UInt16) {
        // Without a look at what waits already: a client that reads too slowly is told why it is closed.
        if let buffer = self.outbound.take() { self.write(buffer) }
        if self.transport.isWebSocket {
            self.write(
                WebSocketFrameWriter.control(.close, payload: [UInt8(code >> 8), UInt8(truncatingIfNeeded: code)])
            )
        }
        self.machine.close()
        self.context?.flush()
        self.cutOff()
    }

    /// Ends our direction and gives the peer a moment to read what was sent: closing at once while its bytes wait
    /// unread would reset the connection, and the reason would be lost.
    private func cutOff() {
        self.context?.close(mode: .output, promise: nil)
        self.cutsOffAt = self.loop.now + 2
        self.loop.check(self, after: 2)
    }

    /// Closes without a word.
    func abort() {
        self.machine.close()
        self.context?.close(promise: nil)
    }

    /// Whether the time of a closing connection is over; then it is gone after this call.
    func cutOffIfDue() -> Bool {
        guard self.machine.isClosed else { return false }
        if let due = self.cutsOffAt, self.loop.now < due {
            self.loop.check(self, after: Int(due - self.loop.now))
        } else {
            self.abort()
        }
        return true
    }
}
