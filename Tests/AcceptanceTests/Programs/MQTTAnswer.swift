/// A packet of the bridge, as far as tests ask.
enum MQTTAnswer: Hashable {
    case connack(UInt8)
    case suback([UInt8])
    case puback(UInt8)
    case pingresp
    case disconnect(UInt8)
    /// A PUBLISH, with its topic and its payload.
    case message(String, String)
    case other(UInt8)

    /// Reads a packet, and the Reason String that it has.
    init(_ first: UInt8, _ body: [UInt8], version: UInt8, reason: inout String?) {
        let isV5 = version == 5
        var properties: ArraySlice<UInt8> = []
        switch first >> 4 {
        case 2 where body.count >= 2:
            self = .connack(body[1])
            properties = body.dropFirst(3)
        case 9 where body.count >= 3:
            // The edge's SUBACK has no properties yet, or few: their length is one byte.
            self = .suback(Array(body.dropFirst(isV5 ? 3 + Int(body[2]) : 2)))
        case 4 where body.count >= 2:
            self = .puback(body.count > 2 ? body[2] : 0)
            properties = body.dropFirst(4)
        case 13:
            self = .pingresp
        case 14:
            self = .disconnect(body.first ?? 0)
            properties = body.dropFirst(2)
        case 3 where body.count >= 2:
            let count = Int(body[0]) << 8 | Int(body[1])
            let payload = body.dropFirst(2 + count)
            // Events have no properties.
            self = .message(
                String(decoding: body.dropFirst(2).prefix(count), as: UTF8.self),
                String(decoding: isV5 ? payload.dropFirst() : payload, as: UTF8.self)
            )
        default:
            self = .other(first)
        }
        // 0x1F is the Reason String, which refusals of the edge begin with.
        if isV5, properties.first == 0x1F {
            reason = String(decoding: properties.dropFirst(3), as: UTF8.self)
        }
    }
}
