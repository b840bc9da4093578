import Logging
import MQTTCodec
import NIOCore

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
    func refuseVersion() {
        let connack: [UInt8] = [0x20, 2, 0, 1]
        var buffer = ByteBuffer()
        if self.transport.isWebSocket {
            WebSocketFrameWriter.writeHeader(.binary, payloadCount: connack.count, to: &buffer)
        }
        buffer.writeBytes(connack)
        self.outbound = buffer
    }

    /// The peer broke a rule of the protocol.
    func fail(_ reason: ReasonCode, _ message: String) {
        self.loop.metrics.protocolError()
        if self.machine.version == nil, self.decoder.version != nil {
            self.refuse(reason, message)
        } else {
            self.close(reason, message)
        }
    }

    func closeWebSocket(code: UInt16) {
        if self.transport.isWebSocket {
            self.append(
                WebSocketFrameWriter.control(.close, payload: [UInt8(code >> 8), UInt8(truncatingIfNeeded: code)])
            )
        }
        // From here on it does not matter how much waits: a client that reads too slowly is told why it is closed.
        self.machine.close()
        self.updateReadiness()
        self.flush()
        self.cutOff()
    }

    /// Ends our direction and gives the peer a moment to read what was sent: closing at once while its bytes wait
    /// unread would reset the connection, and the reason would be lost.
    func cutOff() {
        self.context?.close(mode: .output, promise: nil)
        self.cutsOffAt = self.loop.now + 2
        self.loop.check(self, after: 2)
    }

    /// Closes without a word.
    func abort() {
        self.machine.close()
        self.updateReadiness()
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
