/// Which retained messages a new subscription gets (MQTT 5 section 3.8.3.1).
public enum RetainHandling: UInt8, Sendable {
    /// All that match.
    case send = 0
    /// All that match, if the subscription did not exist.
    case sendIfNew = 1
    /// None.
    case doNotSend = 2
}
