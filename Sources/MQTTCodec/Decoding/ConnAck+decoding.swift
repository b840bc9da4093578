import NIOCore

extension ConnAck {
    /// Reads a CONNACK's body (MQTT 5 section 3.2.2, MQTT 3.1.1 section 3.2.2).
    init(from reader: inout FieldReader, in context: PacketContext) throws(MQTTError) {
        let flags = try reader.byte()
        guard flags & 0xFE == 0 else { throw .malformed("reserved CONNACK flags") }
        let sessionPresent = flags == 1
        let reason: ReasonCode
        switch context.version {
        case .v5:
            reason = try context.reason(from: &reader)
        case .v3_1_1:
            guard let known = Self.reason(returnCode311: try reader.byte()) else {
                throw .malformed("reserved CONNACK return code")
            }
            reason = known
        }
        guard !sessionPresent || !reason.isError else { throw .protocolError("session present in a refusal") }
        let properties = try context.properties(from: &reader)
        self.init(sessionPresent: sessionPresent, reason: reason, properties: properties)
    }
}
