import MQTTCodec
import NIOCore

extension MQTTChannelHandler {
    func receive(_ packet: Packet) throws(MQTTError) {
        if case .connecting = phase {
            guard case .connack(let connack) = packet else {
                throw MQTTError(.protocolError, "first packet of the server is not CONNACK")
            }
            open(connack)
            return
        }
        switch packet {
        case .publish(let publish): deliver(publish)
        case .puback(let body): try settle(body.packetID, .puback, packet)
        case .pubrec(let body): try settle(body.packetID, .pubrec, packet, isError: body.reason.isError)
        case .pubcomp(let body): try settle(body.packetID, .pubcomp, packet)
        case .suback(let body): try settle(body.packetID, .suback(count: body.reasons.count), packet)
        case .unsuback(let body): try settle(body.packetID, .unsuback(count: body.reasons.count), packet)
        case .pubrel(let body):
            let known = unreleased.remove(body.packetID) != nil
            let reason: ReasonCode = known ? .success : .packetIdentifierNotFound
            trySend(.pubcomp(Acknowledgement(packetID: body.packetID, reason: reason)))
        case .pingresp: pongIsDue = false
        case .disconnect(let disconnect):
            fail(
                MQTTClientError(
                    .disconnected, disconnect.properties.reasonString ?? "", reason: disconnect.reason
                )
            )
        case .auth: throw MQTTError(.protocolError, "AUTH without an authentication method")
        case .connack: throw MQTTError(.protocolError, "second CONNACK")
        case .connect, .subscribe, .unsubscribe, .pingreq:
            throw MQTTError(.protocolError, "a client's packet from the server")
        }
    }

    private func open(_ answer: ConnAck) {
        guard answer.reason == .success else {
            let words = answer.properties.reasonString ?? ""
            fail(MQTTClientError(.connectionRefused, words, reason: answer.reason))
            return
        }
        phase = .open
        inFlight = InFlight(receiveMaximum: answer.properties.receiveMaximum ?? .max)
        serverMaximumPacketSize = answer.properties.maximumPacketSize.map { Int($0) } ?? .max
        let seconds = answer.properties.serverKeepAlive ?? options.connect.keepAlive
        if seconds > 0 {
            // A quarter before the deadline that the server counts to [MQTT-3.1.2-20].
            keepAlive = .milliseconds(Int64(seconds) * 750)
            scheduleKeepAlive()
        }
        connack.succeed(answer)
    }

    private func deliver(_ publish: Publish) {
        if publish.qos == .exactlyOnce, !unreleased.insert(publish.packetID).inserted {
            trySend(.pubrec(Acknowledgement(packetID: publish.packetID)))
            return
        }
        if queue.add(publish) { isReading = false }
    }

    private func settle(
        _ packetID: UInt16, _ stage: InFlight<EventLoopPromise<Packet>>.Stage, _ packet: Packet, isError: Bool = false
    ) throws(MQTTError) {
        switch inFlight.settle(packetID, stage, isError: isError) {
        case .done(let promise):
            promise?.succeed(packet)
            sendWaiting()
        case .release: trySend(.pubrel(Acknowledgement(packetID: packetID)))
        case .unexpected: throw MQTTError(.protocolError, "acknowledgement of what was not sent")
        }
    }
}
