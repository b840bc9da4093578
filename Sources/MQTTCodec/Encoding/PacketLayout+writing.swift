import NIOCore

extension PacketLayout {
    /// Writes the packet that the sizes were taken of, in the same version.
    func write(_ packet: Packet, version: MQTTVersion, to buffer: inout ByteBuffer) {
        switch packet {
        case .connect(let connect): write(connect, to: &buffer)
        case .connack(let connack):
            writeHeader(PacketKind.connack.firstByte, to: &buffer)
            buffer.writeInteger(UInt8(connack.sessionPresent && !connack.reason.isError ? 1 : 0))
            buffer.writeInteger(version == .v5 ? connack.reason.rawValue : connack.returnCode311)
            write(connack.properties, to: &buffer)
        case .publish(let publish): write(publish, to: &buffer)
        case .puback(let body): write(body, kind: .puback, to: &buffer)
        case .pubrec(let body): write(body, kind: .pubrec, to: &buffer)
        case .pubrel(let body): write(body, kind: .pubrel, to: &buffer)
        case .pubcomp(let body): write(body, kind: .pubcomp, to: &buffer)
        case .subscribe(let subscribe): write(subscribe, version: version, to: &buffer)
        case .suback(let suback):
            writeHeader(PacketKind.suback.firstByte, to: &buffer)
            buffer.writeInteger(suback.packetID)
            write(suback.properties, to: &buffer)
            for reason in suback.reasons {
                // MQTT 3.1.1 [MQTT-3.9.3-2]: one code for every failure.
                buffer.writeInteger(version == .v5 ? reason.rawValue : min(reason.rawValue, 0x80))
            }
        case .unsubscribe(let unsubscribe):
            writeHeader(PacketKind.unsubscribe.firstByte, to: &buffer)
            buffer.writeInteger(unsubscribe.packetID)
            write(unsubscribe.properties, to: &buffer)
            for filter in unsubscribe.filters { FieldWriter.write(filter, to: &buffer) }
        case .unsuback(let unsuback):
            writeHeader(PacketKind.unsuback.firstByte, to: &buffer)
            buffer.writeInteger(unsuback.packetID)
            write(unsuback.properties, to: &buffer)
            guard version == .v5 else { break }
            for reason in unsuback.reasons { buffer.writeInteger(reason.rawValue) }
        case .pingreq: writeHeader(PacketKind.pingreq.firstByte, to: &buffer)
        case .pingresp: writeHeader(PacketKind.pingresp.firstByte, to: &buffer)
        case .disconnect(let disconnect):
            writeHeader(PacketKind.disconnect.firstByte, to: &buffer)
            guard bodyCount > 0 else { break }
            buffer.writeInteger(disconnect.reason.rawValue)
            write(disconnect.properties, to: &buffer)
        case .auth(let auth):
            writeHeader(PacketKind.auth.firstByte, to: &buffer)
            guard bodyCount > 0 else { break }
            buffer.writeInteger(auth.reason.rawValue)
            write(auth.properties, to: &buffer)
        }
    }

    private func writeHeader(_ first: UInt8, to buffer: inout ByteBuffer) {
        buffer.writeInteger(first)
        VariableByteInteger.write(bodyCount, to: &buffer)
    }

    private func write(_ properties: Properties, to buffer: inout ByteBuffer) {
        guard let propertyCount else { return }
        properties.write(contentCount: propertyCount, to: &buffer)
    }

    private func write(_ connect: Connect, to buffer: inout ByteBuffer) {
        writeHeader(PacketKind.connect.firstByte, to: &buffer)
        FieldWriter.write("MQTT", to: &buffer)
        buffer.writeInteger(connect.version.rawValue)
        buffer.writeInteger(ConnectFlags(of: connect).rawValue)
        buffer.writeInteger(connect.keepAlive)
        write(connect.properties, to: &buffer)
        FieldWriter.write(connect.clientID, to: &buffer)
        if let will = connect.will {
            if let willPropertyCount { will.properties.write(contentCount: willPropertyCount, to: &buffer) }
            FieldWriter.write(will.topic, to: &buffer)
            FieldWriter.write(will.payload, to: &buffer)
        }
        if let username = connect.username { FieldWriter.write(username, to: &buffer) }
        if let password = connect.password { FieldWriter.write(password, to: &buffer) }
    }

    private func write(_ publish: Publish, to buffer: inout ByteBuffer) {
        writeHeader(
            PublishHeader.firstByte(qos: publish.qos, retain: publish.retain, duplicate: publish.duplicate),
            to: &buffer
        )
        FieldWriter.write(publish.topic, to: &buffer)
        if publish.qos != .atMostOnce { buffer.writeInteger(publish.packetID) }
        write(publish.properties, to: &buffer)
        buffer.writeImmutableBuffer(publish.payload)
    }

    private func write(_ body: Acknowledgement, kind: PacketKind, to buffer: inout ByteBuffer) {
        writeHeader(kind.firstByte, to: &buffer)
        buffer.writeInteger(body.packetID)
        guard bodyCount > 2 else { return }
        buffer.writeInteger(body.reason.rawValue)
        write(body.properties, to: &buffer)
    }

    private func write(_ subscribe: Subscribe, version: MQTTVersion, to buffer: inout ByteBuffer) {
        writeHeader(PacketKind.subscribe.firstByte, to: &buffer)
        buffer.writeInteger(subscribe.packetID)
        write(subscribe.properties, to: &buffer)
        for subscription in subscribe.filters {
            FieldWriter.write(subscription.filter, to: &buffer)
            buffer.writeInteger(subscription.options(version: version))
        }
    }
}

extension ConnectFlags {
    fileprivate init(of connect: Connect) {
        self = []
        if connect.cleanStart { insert(.cleanStart) }
        if connect.username != nil { insert(.username) }
        if connect.password != nil { insert(.password) }
        if let will = connect.will {
            insert(.will)
            insert(ConnectFlags(rawValue: will.qos.rawValue << 3))
            if will.retain { insert(.willRetain) }
        }
    }
}

extension Subscription {
    /// The options byte (section 3.8.3.1); 3.1.1 has only the QoS.
    fileprivate func options(version: MQTTVersion) -> UInt8 {
        guard version == .v5 else { return qos.rawValue }
        return qos.rawValue | (noLocal ? 0b100 : 0) | (retainAsPublished ? 0b1000 : 0) | retainHandling.rawValue << 4
    }
}
