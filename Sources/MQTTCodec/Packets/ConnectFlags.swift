/// The Connect Flags byte (MQTT 5 section 3.1.2.3).
struct ConnectFlags: OptionSet {
    let rawValue: UInt8

    static let reserved = ConnectFlags(rawValue: 0x01)
    static let cleanStart = ConnectFlags(rawValue: 0x02)
    static let will = ConnectFlags(rawValue: 0x04)
    static let willRetain = ConnectFlags(rawValue: 0x20)
    static let password = ConnectFlags(rawValue: 0x40)
    static let username = ConnectFlags(rawValue: 0x80)

    /// The will's QoS; nil for the value 3, which has no meaning.
    var willQoS: QoS? { QoS(rawValue: rawValue >> 3 & 0b11) }

    /// Refuses flags that contradict each other or the version.
    func check(version: MQTTVersion) throws(MQTTError) {
        // [MQTT-3.1.2-3]
        guard !contains(.reserved) else { throw .malformed("reserved connect flag") }
        // [MQTT-3.1.2-12]
        guard let willQoS else { throw .malformed("will QoS 3") }
        // [MQTT-3.1.2-11], [MQTT-3.1.2-13]
        guard contains(.will) || (willQoS == .atMostOnce && !contains(.willRetain)) else {
            throw .malformed("will QoS or retain without a will")
        }
        // MQTT 3.1.1 [MQTT-3.1.2-22]; MQTT 5 took the rule away.
        guard version == .v5 || contains(.username) || !contains(.password) else {
            throw .malformed("password without user name")
        }
    }
}
