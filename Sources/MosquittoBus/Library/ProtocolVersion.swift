internal import CMosquitto

/// The version of MQTT that a connection speaks.
enum ProtocolVersion {
    case v5
    case v311

    /// The other one: tried if the broker does not take this one.
    var other: Self { self == .v5 ? .v311 : .v5 }

    /// As `mosquitto_int_option` wants it.
    var option: Int32 { self == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311 }
}
