import NIOCore

/// The sizes of a packet, taken and checked before the first byte is written, so that a failure leaves nothing behind.
struct PacketLayout {
    /// The fixed header's Remaining Length.
    private(set) var bodyCount = 0
    /// Bytes of the properties without their length; nil where no property length is written.
    private(set) var propertyCount: Int?
    /// Bytes of the will's properties without their length.
    private(set) var willPropertyCount: Int?

    /// The bytes of the whole packet.
    var packetCount: Int { 1 + VariableByteInteger.byteCount(of: bodyCount) + bodyCount }

    /// Checks `packet` and takes its sizes.
    init(of packet: Packet, version: MQTTVersion) throws(MQTTError) {
        switch packet {
        case .connect(let connect): try measure(connect)
        case .connack(let connack):
            bodyCount = 2
            try measure(connack.properties, of: .connack, version: version)
        case .publish(let publish): try measure(publish, version: version)
        case .puback(let body): try measure(body, kind: .puback, version: version)
        case .pubrec(let body): try measure(body, kind: .pubrec, version: version)
        case .pubrel(let body): try measure(body, kind: .pubrel, version: version)
        case .pubcomp(let body): try measure(body, kind: .pubcomp, version: version)
        case .subscribe(let subscribe): try measure(subscribe, version: version)
        case .suback(let suback):
            try measure(packetID: suback.packetID)
            try measure(suback.properties, of: .suback, version: version)
            bodyCount += suback.reasons.count
        case .unsubscribe(let unsubscribe): try measure(unsubscribe, version: version)
        case .unsuback(let unsuback):
            try measure(packetID: unsuback.packetID)
            try measure(unsuback.properties, of: .unsuback, version: version)
            bodyCount += version == .v5 ? unsuback.reasons.count : 0
        case .pingreq, .pingresp: break
        case .disconnect(let disconnect):
            guard version == .v5 else { break }
            try measureTail(disconnect.reason, disconnect.properties, kind: .disconnect)
        case .auth(let auth):
            guard version == .v5 else { throw .protocolError("AUTH in MQTT 3.1.1") }
            guard auth.reason != .success || !auth.properties.isEmpty else { break }
            bodyCount = 1
            try measure(auth.properties, of: .auth, version: version)
        }
        guard bodyCount <= VariableByteInteger.maximum else {
            throw MQTTError(.packetTooLarge, "packet beyond 268,435,455 bytes")
        }
    }
}

extension PacketLayout {
    private mutating func measure(packetID: UInt16) throws(MQTTError) {
        guard packetID != 0 else { throw .protocolError("packet identifier 0") }
        bodyCount += 2
    }

    private mutating func measure(
        _ properties: Properties,
        of kind: PacketKind,
        version: MQTTVersion
    ) throws(MQTTError) {
        guard version == .v5 else { return }
        let count = try properties.contentCount(in: .packet(kind))
        propertyCount = count
        bodyCount += VariableByteInteger.byteCount(of: count) + count
    }

    private mutating func measure(_ connect: Connect) throws(MQTTError) {
        bodyCount = 10
        try measure(connect.properties, of: .connect, version: connect.version)
        bodyCount += try FieldWriter.count(of: connect.clientID)
        if let will = connect.will {
            if connect.version == .v5 {
                let count = try will.properties.contentCount(in: .will)
                willPropertyCount = count
                bodyCount += VariableByteInteger.byteCount(of: count) + count
            }
            bodyCount += try FieldWriter.count(of: will.topic)
            bodyCount += try FieldWriter.count(of: will.payload)
        }
        if let username = connect.username { bodyCount += try FieldWriter.count(of: username) }
        if let password = connect.password {
            // MQTT 3.1.1 [MQTT-3.1.2-22]
            guard connect.version == .v5 || connect.username != nil else {
                throw .protocolError("password without user name in MQTT 3.1.1")
            }
            bodyCount += try FieldWriter.count(of: password)
        }
    }

    private mutating func measure(_ publish: Publish, version: MQTTVersion) throws(MQTTError) {
        bodyCount = try FieldWriter.count(of: publish.topic)
        if publish.qos == .atMostOnce {
            guard !publish.duplicate else { throw .protocolError("DUP with QoS 0") }
        } else {
            try measure(packetID: publish.packetID)
        }
        try measure(publish.properties, of: .publish, version: version)
        guard publish.topic.readableBytes > 0 || (version == .v5 && publish.properties.topicAlias != nil) else {
            throw .protocolError("empty topic name")
        }
        bodyCount += publish.payload.readableBytes
    }

    private mutating func measure(
        _ body: Acknowledgement,
        kind: PacketKind,
        version: MQTTVersion
    ) throws(MQTTError) {
        try measure(packetID: body.packetID)
        guard version == .v5 else { return }
        try measureTail(body.reason, body.properties, kind: kind)
    }

    /// A reason and properties that are left out from the end where they say nothing (section 3.4.2.1).
    private mutating func measureTail(
        _ reason: ReasonCode,
        _ properties: Properties,
        kind: PacketKind
    ) throws(MQTTError) {
        guard reason != .success || !properties.isEmpty else { return }
        bodyCount += 1
        guard !properties.isEmpty else { return }
        try measure(properties, of: kind, version: .v5)
    }

    private mutating func measure(_ subscribe: Subscribe, version: MQTTVersion) throws(MQTTError) {
        try measure(packetID: subscribe.packetID)
        try measure(subscribe.properties, of: .subscribe, version: version)
        guard !subscribe.filters.isEmpty else { throw .protocolError("SUBSCRIBE without a topic filter") }
        for subscription in subscribe.filters {
            bodyCount += try FieldWriter.count(of: subscription.filter) + 1
        }
    }

    private mutating func measure(_ unsubscribe: Unsubscribe, version: MQTTVersion) throws(MQTTError) {
        try measure(packetID: unsubscribe.packetID)
        try measure(unsubscribe.properties, of: .unsubscribe, version: version)
        guard !unsubscribe.filters.isEmpty else { throw .protocolError("UNSUBSCRIBE without a topic filter") }
        for filter in unsubscribe.filters {
            bodyCount += try FieldWriter.count(of: filter)
        }
    }
}
