import NIOCore

extension Property {
    /// Reads the value that belongs to `identifier` and checks its range.
    init(_ identifier: PropertyIdentifier, from fields: inout FieldReader) throws(MQTTError) {
        let value: Value
        switch identifier.format {
        case .byte: value = .integer(UInt32(try fields.byte()))
        case .twoByteInteger: value = .integer(UInt32(try fields.twoByteInteger()))
        case .fourByteInteger: value = .integer(try fields.fourByteInteger())
        case .variableByteInteger: value = .integer(UInt32(try fields.variableByteInteger()))
        case .string: value = .string(try fields.string())
        case .binary: value = .binary(try fields.binary())
        case .stringPair:
            let name = try fields.string()
            value = .pair(name: name, value: try fields.string())
        }
        self.init(identifier: identifier, value: value)
        try checkRange()
    }

    /// The bytes of identifier and value.
    func encodedCount() throws(MQTTError) -> Int {
        try checkRange()
        switch value {
        case .integer(let integer):
            switch identifier.format {
            case .byte: return 2
            case .twoByteInteger: return 3
            case .variableByteInteger: return 1 + VariableByteInteger.byteCount(of: Int(integer))
            default: return 5
            }
        case .string(let text): return 1 + (try FieldWriter.count(of: text))
        case .binary(let bytes): return 1 + (try FieldWriter.count(of: bytes))
        case .pair(let name, let text): return 1 + (try FieldWriter.count(of: name)) + (try FieldWriter.count(of: text))
        }
    }

    /// Writes identifier and value; `encodedCount` has checked them.
    func write(to buffer: inout ByteBuffer) {
        buffer.writeInteger(identifier.rawValue)
        switch value {
        case .integer(let integer):
            switch identifier.format {
            case .byte: buffer.writeInteger(UInt8(truncatingIfNeeded: integer))
            case .twoByteInteger: buffer.writeInteger(UInt16(truncatingIfNeeded: integer))
            case .variableByteInteger: VariableByteInteger.write(Int(integer), to: &buffer)
            default: buffer.writeInteger(integer)
            }
        case .string(let text): FieldWriter.write(text, to: &buffer)
        case .binary(let bytes): FieldWriter.write(bytes, to: &buffer)
        case .pair(let name, let text):
            FieldWriter.write(name, to: &buffer)
            FieldWriter.write(text, to: &buffer)
        }
    }

    /// The limits that the property's own section sets: all are protocol errors.
    private func checkRange() throws(MQTTError) {
        switch value {
        case .integer(let integer):
            switch identifier {
            case .receiveMaximum, .maximumPacketSize, .topicAlias:
                if integer == 0 { throw .protocolError("property must not be 0") }
            case .subscriptionIdentifier:
                if integer == 0 || integer > UInt32(VariableByteInteger.maximum) {
                    throw .protocolError("subscription identifier out of range")
                }
            default:
                if identifier.format == .byte, integer > 1 { throw .protocolError("property must be 0 or 1") }
            }
        case .string(let text):
            if identifier == .responseTopic {
                let topic = text.utf8
                // [MQTT-3.3.2-14], [MQTT-4.7.3-1]
                if topic.isEmpty || topic.contains(UInt8(ascii: "#")) || topic.contains(UInt8(ascii: "+")) {
                    throw MQTTError(.topicNameInvalid, "response topic empty or with a wildcard")
                }
            }
        case .binary, .pair:
            break
        }
    }
}
