import MQTTCodec
import NIOCore

extension MQTTChannelHandler {
    /// Sends a packet that has an acknowledgement, at once or when the server takes one more.
    func start(_ request: Request) {
        guard case .open = phase else {
            request.promise.fail(closedError ?? MQTTClientError(.connectionClosed, "closed by this side"))
            return
        }
        guard waiting.count < Int(UInt16.max) else {
            request.promise.fail(MQTTClientError(.tooManyPending, "65,535 calls wait"))
            return
        }
        waiting.append(request)
        sendWaiting()
    }

    /// Ends the waiting for an answer with `error`.
    func abandon(_ token: UInt64, _ error: any Error) {
        if let index = waiting.firstIndex(where: { $0.token == token }) {
            waiting.remove(at: index).promise.fail(error)
        } else {
            inFlight.abandon(token: token)?.fail(error)
        }
    }

    func resumeReading() {
        guard !isReading else { return }
        isReading = true
        guard readIsDue else { return }
        readIsDue = false
        context?.read()
    }

    /// Acknowledges a message that was taken.
    func acknowledge(_ packetID: UInt16, qos: QoS) {
        guard case .open = phase else { return }
        let body = Acknowledgement(packetID: packetID)
        trySend(qos == .exactlyOnce ? .pubrec(body) : .puback(body))
    }
}

extension MQTTChannelHandler {
    func sendWaiting() {
        while let request = waiting.first {
            // Checked with a stand-in identifier, so that what cannot be sent takes none.
            do {
                try check(request.packet(1))
            } catch {
                waiting.removeFirst()
                request.promise.fail(error)
                continue
            }
            let stage = request.stage(version: options.version)
            guard let packetID = inFlight.begin(stage, token: request.token, waiter: request.promise) else {
                return
            }
            waiting.removeFirst()
            trySend(request.packet(packetID))
        }
    }

    private func check(_ packet: Packet) throws(MQTTClientError) {
        do throws(MQTTError) {
            let count = try packet.encodedCount(version: options.version)
            guard count <= serverMaximumPacketSize else {
                throw MQTTError(.packetTooLarge, "packet beyond the server's Maximum Packet Size")
            }
        } catch {
            throw .argument(error)
        }
    }

    func send(_ packet: Packet) throws(MQTTClientError) {
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: 0)
        do throws(MQTTError) {
            try buffer.writePacket(packet, version: options.version)
        } catch {
            throw .argument(error)
        }
        lastWrite = .now()
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    /// Sends what this client made itself; a failure of that ends the connection.
    func trySend(_ packet: Packet) {
        do { try send(packet) } catch { fail(error) }
    }
}
