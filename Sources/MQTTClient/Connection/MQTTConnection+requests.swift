public import MQTTCodec
import NIOCore

extension MQTTConnection {
    /// Publishes a message.
    ///
    /// QoS 0 returns nil once the bytes are with the system; QoS 1 returns PUBACK, QoS 2 PUBCOMP or a PUBREC that
    /// refuses: the caller looks at `reason`. Throws `MQTTClientError`; cancellation throws `CancellationError`, and
    /// the message may have been sent.
    @discardableResult
    public func publish(
        topic: String,
        payload: [UInt8],
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        properties: Properties = Properties()
    ) async throws -> Acknowledgement? {
        let publish = Publish(
            topic: ByteBuffer(string: topic), payload: ByteBuffer(bytes: payload), qos: qos, retain: retain,
            properties: properties
        )
        guard qos != .atMostOnce else {
            try await send(.publish(publish))
            return nil
        }
        switch try await perform(.publish(publish)) {
        case .puback(let answer), .pubrec(let answer), .pubcomp(let answer): return answer
        default: throw Self.otherAnswer
        }
    }

    /// Subscribes to topic filters; the answer has one reason for each, in order.
    @discardableResult
    public func subscribe(
        _ filters: [String],
        qos: QoS = .atMostOnce,
        properties: Properties = Properties()
    ) async throws -> SubAck {
        let filters = filters.map { Subscription(filter: ByteBuffer(string: $0), qos: qos) }
        return try await subscribe(filters, properties: properties)
    }

    /// Subscribes with options of their own for each filter.
    @discardableResult
    public func subscribe(_ filters: [Subscription], properties: Properties = Properties()) async throws -> SubAck {
        let body = Subscribe(packetID: 0, filters: filters, properties: properties)
        guard case .suback(let answer) = try await perform(.subscribe(body)) else { throw Self.otherAnswer }
        return answer
    }

    /// Gives up topic filters; 3.1.1 answers without reasons.
    @discardableResult
    public func unsubscribe(_ filters: [String], properties: Properties = Properties()) async throws -> UnsubAck {
        let body = Unsubscribe(
            packetID: 0, filters: filters.map { ByteBuffer(string: $0) }, properties: properties
        )
        guard case .unsuback(let answer) = try await perform(.unsubscribe(body)) else { throw Self.otherAnswer }
        return answer
    }

    /// Sends DISCONNECT and closes; returns when the connection is closed, however it was.
    public func disconnect(_ packet: Disconnect = Disconnect()) async {
        await close(packet)
    }

    /// Closes without DISCONNECT, as a broken connection would: the server publishes the will.
    public func abort() async {
        await close(nil)
    }

    private func close(_ packet: Disconnect?) async {
        channel.eventLoop.execute { [handler] in handler.value.close(packet) }
        // Closing fails only where it was closed before, which is what is wanted.
        _ = try? await channel.closeFuture.get()
    }

    /// Writes a packet that has no answer and waits until the system has taken it.
    private func send(_ packet: Packet) async throws {
        var buffer = channel.allocator.buffer(capacity: 0)
        do throws(MQTTError) {
            if let maximum = connack.properties.maximumPacketSize,
                try packet.encodedCount(version: version) > Int(maximum)
            {
                throw MQTTError(.packetTooLarge, "packet beyond the server's Maximum Packet Size")
            }
            try buffer.writePacket(packet, version: version)
        } catch {
            throw MQTTClientError.argument(error)
        }
        do {
            try await channel.writeAndFlush(buffer)
        } catch {
            throw try await closeReason(or: .transport(error))
        }
    }

    /// Why the connection ended, which says more than the failure of a write on it.
    private func closeReason(or error: MQTTClientError) async throws -> MQTTClientError {
        try await channel.eventLoop.submit { [handler] in handler.value.closedError ?? error }.get()
    }

    private static var otherAnswer: MQTTClientError {
        MQTTClientError(.protocolViolation, "answer of another kind")
    }
}
