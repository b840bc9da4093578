import NIOCore

extension Properties {
    /// Reads a property length and that many bytes of properties (MQTT 5 section 2.2.2).
    init(
        from reader: inout FieldReader,
        in context: PropertyContext,
        direction: PacketDecoder.Direction
    ) throws(MQTTError) {
        self.init()
        let count = try reader.variableByteInteger()
        guard count > 0 else { return }
        var fields = try reader.nested(count)
        let allowed = context.allowed
        var seen = PropertySet()
        while !fields.isAtEnd {
            guard let identifier = PropertyIdentifier(rawValue: try fields.byte()) else {
                throw .malformed("unknown property")
            }
            guard allowed.contains(identifier) else {
                throw .protocolError("property not allowed in this packet")
            }
            guard seen.insert(identifier) || context.allowsRepetition(of: identifier) else {
                throw .protocolError("property included more than once")
            }
            append(try Property(identifier, from: &fields))
        }
        // [MQTT-3.3.4-6]: only the server says which subscription matched.
        if case .packet(.publish) = context, direction == .fromClient, seen.contains(.subscriptionIdentifier) {
            throw .protocolError("subscription identifier in a client's PUBLISH")
        }
        // Section 3.1.2.11.10 and 3.15.2.2.3.
        if seen.contains(.authenticationData), !seen.contains(.authenticationMethod) {
            throw .protocolError("authentication data without a method")
        }
    }

    /// The bytes of the properties without the length in front.
    func contentCount(in context: PropertyContext) throws(MQTTError) -> Int {
        guard !list.isEmpty else { return 0 }
        let allowed = context.allowed
        var seen = PropertySet()
        var count = 0
        for property in list {
            guard allowed.contains(property.identifier) else {
                throw .protocolError("property not allowed in this packet")
            }
            guard seen.insert(property.identifier) || context.allowsRepetition(of: property.identifier) else {
                throw .protocolError("property included more than once")
            }
            count += try property.encodedCount()
        }
        guard count <= VariableByteInteger.maximum else {
            throw MQTTError(.packetTooLarge, "properties too long for their length")
        }
        return count
    }

    /// Writes length and properties; `contentCount` has checked them.
    func write(contentCount: Int, to buffer: inout ByteBuffer) {
        VariableByteInteger.write(contentCount, to: &buffer)
        for property in list { property.write(to: &buffer) }
    }
}
