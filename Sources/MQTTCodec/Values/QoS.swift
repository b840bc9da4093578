/// How surely a message is delivered (MQTT 5 section 4.3).
public enum QoS: UInt8, Sendable, Comparable {
    /// Sent once, not acknowledged.
    case atMostOnce = 0
    /// Sent until PUBACK; may come twice.
    case atLeastOnce = 1
    /// PUBREC, PUBREL and PUBCOMP make sure that it comes once.
    case exactlyOnce = 2

    /// Orders by the strength of the promise.
    public static func < (left: QoS, right: QoS) -> Bool {
        left.rawValue < right.rawValue
    }
}
