import NIOCore

extension Subscribe {
    /// Reads a SUBSCRIBE's body (MQTT 5 section 3.8.2).
    init(from reader: inout FieldReader, in context: PacketContext) throws(MQTTError) {
        let packetID = try reader.packetID()
        let properties = try context.properties(from: &reader)
        // [MQTT-3.8.3-2]
        guard !reader.isAtEnd else { throw .protocolError("SUBSCRIBE without a topic filter") }
        var filters: [Subscription] = []
        while !reader.isAtEnd {
            filters.append(try Subscription(from: &reader, version: context.version))
        }
        self.init(packetID: packetID, filters: filters, properties: properties)
    }
}

extension Subscription {
    fileprivate init(from reader: inout FieldReader, version: MQTTVersion) throws(MQTTError) {
        let filter = try reader.topicFilter()
        let options = try reader.byte()
        // [MQTT-3.8.3-5]; MQTT 3.1.1 [MQTT-3-8.3-4]
        guard options & (version == .v5 ? 0b1100_0000 : 0b1111_1100) == 0 else {
            throw .malformed("reserved subscription options")
        }
        guard let qos = QoS(rawValue: options & 0b11) else { throw .protocolError("subscription QoS 3") }
        guard let retainHandling = RetainHandling(rawValue: options >> 4 & 0b11) else {
            throw .protocolError("retain handling 3")
        }
        let noLocal = options & 0b100 != 0
        // [MQTT-3.8.3-4]
        guard !noLocal || !filter.readableBytesView.starts(with: "$share/".utf8) else {
            throw .protocolError("no local on a shared subscription")
        }
        self.init(
            filter: filter,
            qos: qos,
            noLocal: noLocal,
            retainAsPublished: options & 0b1000 != 0,
            retainHandling: retainHandling
        )
    }
}
