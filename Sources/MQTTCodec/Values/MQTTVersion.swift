/// A version of the protocol that this codec speaks.
///
/// The raw value is the Protocol Level of CONNECT (MQTT 3.1.1 section 3.1.2.2, MQTT 5 section 3.1.2.2).
public enum MQTTVersion: UInt8, Sendable {
    /// MQTT 3.1.1.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case v3_1_1 = 4
    /// MQTT 5.
    case v5 = 5
}
