import MQTTCodec
import NIOCore

// MARK: - Packets

extension ConnectionHandler {
    /// Sends a packet at the end of the turn, joined with what else this connection gets.
    func send(_ packet: Packet) {
        guard self.context != nil else { return }
        // A client that was never connected is answered in the version it asked for, or not at all.
        guard let version = self.machine.version ?? self.decoder.version else { return }
        guard self.fits(packet) else { return }
        var buffer = self.takeOutbound()
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
        guard self.maximumPacketSize < .max, let session = self.session else { return true }
        guard let size = try? packet.encodedCount(version: session.version) else { return false }
        return size <= self.maximumPacketSize
    }

    /// Sends a PUBLISH with QoS 0 at the end of the turn.
    func sendPublish(topic: [UInt8], payload: [UInt8], correlation: ByteBuffer? = nil) {
        guard self.context != nil, let version = self.machine.version else { return }
        if correlation != nil || self.maximumPacketSize < .max {
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
        var buffer = self.takeOutbound()
        if self.transport.isWebSocket {
            WebSocketFrameWriter.writeHeader(.binary, payloadCount: count, to: &buffer)
        }
        // Topics and replies of the edge are far below what a packet can hold.
        try? buffer.writePublish(topic: topic, payload: payload, version: version)
        self.outbound = buffer
        self.scheduleFlush()
    }

    /// Sends events that are encoded already at the end of the turn.
    ///
    /// Most deliveries do not come here: a fan-out writes to the sockets of those that are ready.
    ///
    /// - Returns: Whether there was room for them; without it nothing was sent.
    func deliver(_ packets: JoinedPackets) -> Bool {
        guard !self.machine.isClosed else { return true }
        guard self.hasRoom else { return false }
        // What a client cannot take is not sent, as if it had been ([MQTT-3.1.2-25]).
        self.append(
            packets.largest <= self.maximumPacketSize ? packets.bytes : packets.fitting(self.maximumPacketSize)
        )
        return true
    }

    /// Takes what the socket, written to past this connection, did not take.
    func queueRest(of bytes: ByteBuffer, from count: Int) {
        var rest = bytes
        rest.moveReaderIndex(forwardBy: count)
        self.queue(rest)
    }
}

// MARK: - Bytes

extension ConnectionHandler {
    /// Bytes that are gathered for one connection before they leave, whatever else the turn may bring.
    private static let maximumGathered = 64 * 1024

    /// Writes what has been gathered in this turn.
    func flush() {
        self.isFlushScheduled = false
        self.flushOutbound()
    }

    /// Adds bytes to what leaves at the end of the turn.
    func append(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0, self.context != nil else { return }
        var buffer = self.takeOutbound()
        buffer.writeImmutableBuffer(bytes)
        self.outbound = buffer
        if buffer.readableBytes >= Self.maximumGathered {
            self.flushOutbound()
        } else {
            self.scheduleFlush()
        }
    }

    /// Hands bytes to the socket, and what it does not take to the channel, which waits for it.
    func transmit(_ bytes: ByteBuffer) {
        if self.isQueueing { self.isQueueing = self.hasQueued }
        if self.isQueueing || self.socket == nil { return self.queue(bytes) }
        let count = self.socket?.send(bytes) ?? 0
        if count < bytes.readableBytes { self.queueRest(of: bytes, from: count) }
    }

    /// Tells the loop whether this connection can be written to past it.
    func updateReadiness() {
        let isReady =
            self.socket != nil && self.outbound == nil && !self.isQueueing && !self.machine.isClosed
            && self.maximumPacketSize == .max
        let hasOneChannel = (self.session?.subscriptions.count ?? 0) <= 1
        self.loop.readiness.set(self.slot, isReady: isReady, hasOneChannel: hasOneChannel)
    }

    /// Whether events may be written: no more than `outbound_bytes` wait for this client.
    var hasRoom: Bool {
        guard let context = self.context, !self.machine.isClosed else { return false }
        return self.socket != nil && !self.isQueueing || context.channel.isWritable
    }

    /// Writes to the channel, or closes a client for which too much waits already.
    ///
    /// Events stop at `outbound_bytes`; answers, which cannot be had again from the log, go on to twice that.
    private func queue(_ bytes: ByteBuffer) {
        guard let context = self.context else { return }
        guard self.machine.isClosed || context.channel.isWritable || self.queuedBytes < self.maximumQueued else {
            self.loop.metrics.slowConsumer()
            return self.close(.quotaExceeded, "more than outbound_bytes wait for this client")
        }
        self.isQueueing = true
        self.updateReadiness()
        context.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil)
    }

    private var maximumQueued: Int { 2 * self.loop.configuration.maximumOutboundBytes }

    private var hasQueued: Bool { self.queuedBytes > 0 }

    /// The bytes that the channel holds; where there is no socket that could take them, more than may be.
    private var queuedBytes: Int {
        guard self.socket != nil else { return .max }
        let waiting = try? self.context?.channel.syncOptions?.getOption(.bufferedWritableBytes)
        return waiting ?? .max
    }

    /// Reads on, or leaves what the client sends to TCP's flow control.
    func reads(_ isReading: Bool) {
        // Fails only on a channel that is closed already.
        try? self.context?.channel.syncOptions?.setOption(.autoRead, value: isReading)
    }

    private func takeOutbound() -> ByteBuffer {
        self.outbound.take() ?? self.loop.takeBuffer()
    }

    private func scheduleFlush() {
        // Even where a flush is due: what was gathered before may have left early, which made the connection look ready.
        self.updateReadiness()
        guard !self.isFlushScheduled else { return }
        self.isFlushScheduled = true
        self.loop.needsFlush(self)
    }

    private func flushOutbound() {
        guard let buffer = self.outbound.take() else { return }
        self.transmit(buffer)
        self.updateReadiness()
        self.loop.giveBack(buffer)
    }
}
