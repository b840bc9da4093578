import MQTTCodec

/// What MQTT allows a client to send when, and what the edge has announced that it does not serve.
///
/// Knows nothing of rights, bytes or time.
struct ProtocolStateMachine: ~Copyable {
    private enum State {
        case awaitingConnect
        case connected(MQTTVersion)
        case closed
    }

    /// What to do with a packet.
    enum Action {
        /// Check the grant of a CONNECT.
        case authenticate(Connect)
        /// Look at a PUBLISH's topic and rights.
        case publish(Publish)
        /// Answer a PUBREL with PUBCOMP.
        case complete(packetID: UInt16)
        case subscribe(Subscribe)
        case unsubscribe(Unsubscribe)
        case pong
        /// The client is done; 0x04 has its will published.
        case disconnect(ReasonCode)
        /// Nothing is to be done.
        case ignore
        /// The peer broke a rule; close with the reason.
        case fail(ReasonCode, String)
    }

    private var state = State.awaitingConnect

    /// The client's MQTT version, once it is connected.
    var version: MQTTVersion? {
        if case .connected(let version) = self.state { version } else { nil }
    }

    var isClosed: Bool {
        if case .closed = self.state { true } else { false }
    }

    /// The CONNECT was accepted.
    mutating func connected(_ version: MQTTVersion) {
        self.state = .connected(version)
    }

    /// Nothing more is taken.
    mutating func close() {
        self.state = .closed
    }

    /// A packet has come.
    mutating func receive(_ packet: Packet) -> Action {
        switch self.state {
        case .closed:
            return .ignore
        case .awaitingConnect:
            guard case .connect(let connect) = packet else {
                return .fail(.protocolError, "the first packet must be CONNECT")  // [MQTT-3.1.0-1]
            }
            return self.check(connect)
        case .connected(let version):
            return self.receive(packet, version: version)
        }
    }

    private func check(_ connect: Connect) -> Action {
        if connect.version == .v5, connect.properties.authenticationMethod != nil {
            return .fail(.badAuthenticationMethod, "enhanced authentication is not served: the grant is the password")
        }
        return .authenticate(connect)
    }

    private func receive(_ packet: Packet, version: MQTTVersion) -> Action {
        switch packet {
        case .connect:
            return .fail(.protocolError, "a second CONNECT")  // [MQTT-3.1.0-2]
        case .publish(let publish):
            return self.check(publish, version: version)
        case .subscribe(let subscribe):
            if version == .v5, !subscribe.properties.subscriptionIdentifiers.isEmpty {
                return .fail(.subscriptionIdentifiersNotSupported, "subscription identifiers are not available")
            }
            return .subscribe(subscribe)
        case .unsubscribe(let unsubscribe):
            return .unsubscribe(unsubscribe)
        case .pubrel(let acknowledgement):
            return .complete(packetID: acknowledgement.packetID)
        case .pingreq:
            return .pong
        case .disconnect(let disconnect):
            if (disconnect.properties.sessionExpiryInterval ?? 0) > 0 {
                // MQTT 5, 3.14.2.2.2: it was 0 in CONNACK.
                return .fail(.protocolError, "a session expiry interval after one of 0")
            }
            return .disconnect(disconnect.reason)
        case .puback, .pubrec, .pubcomp:
            // Everything is delivered with QoS 0, so nothing is outstanding.
            return .ignore
        case .auth:
            return .fail(.protocolError, "AUTH without an authentication method")  // [MQTT-4.12.0-6]
        case .connack, .suback, .unsuback, .pingresp:
            return .fail(.protocolError, "a packet that only servers send")
        }
    }

    private func check(_ publish: Publish, version: MQTTVersion) -> Action {
        guard version == .v5 else { return .publish(publish) }
        if publish.qos == .exactlyOnce {
            return .fail(.qosNotSupported, "the maximum QoS is 1")  // [MQTT-3.2.2-11]
        }
        if publish.retain {
            return .fail(.retainNotSupported, "retained messages are not available")  // [MQTT-3.2.2-14]
        }
        if publish.properties.topicAlias != nil {
            return .fail(.topicAliasInvalid, "topic aliases are not available")  // [MQTT-3.3.2-9]
        }
        return .publish(publish)
    }
}
