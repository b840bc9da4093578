/// How hard the bus tries to deliver a published message (MQTT 5, section 4.3).
public enum BusQoS: UInt8, Sendable, Hashable {
    /// QoS 0: done as soon as it is handed to the connection.
    case atMostOnce = 0
    /// QoS 1: done when the broker has acknowledged it.
    case atLeastOnce = 1
}
