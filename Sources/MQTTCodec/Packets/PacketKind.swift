/// The packet type in the first byte's upper half (MQTT 5 section 2.1.2).
enum PacketKind: UInt8 {
    case connect = 1
    case connack, publish, puback, pubrec, pubrel, pubcomp
    case subscribe, suback, unsubscribe, unsuback
    case pingreq, pingresp, disconnect, auth

    /// What the first byte's lower half must be; nil where it carries flags (section 2.1.3).
    var reservedFlags: UInt8? {
        switch self {
        case .publish: nil
        case .pubrel, .subscribe, .unsubscribe: 0b0010
        default: 0
        }
    }

    /// The first byte of a packet whose flags are fixed.
    var firstByte: UInt8 { rawValue << 4 | (reservedFlags ?? 0) }

    /// Whether a peer on that side may send such a packet in that version (section 2.1.2, "Direction of flow").
    func isSent(by direction: PacketDecoder.Direction, version: MQTTVersion) -> Bool {
        switch self {
        case .publish, .puback, .pubrec, .pubrel, .pubcomp: true
        case .connect, .subscribe, .unsubscribe, .pingreq: direction == .fromClient
        case .connack, .suback, .unsuback, .pingresp: direction == .fromServer
        case .disconnect: direction == .fromClient || version == .v5
        case .auth: version == .v5
        }
    }
}
