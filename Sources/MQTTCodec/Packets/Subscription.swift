public import NIOCore

/// One topic filter of SUBSCRIBE with its options (MQTT 5 section 3.8.3).
public struct Subscription: Sendable, Equatable {
    /// The topic filter: when decoded, valid UTF-8 without U+0000 and not empty; wildcards are not checked here.
    public var filter: ByteBuffer
    /// The greatest QoS at which messages are to come.
    public var qos: QoS
    /// Whether the client's own messages are left out; MQTT 5.
    public var noLocal: Bool
    /// Whether messages keep their retain flag; MQTT 5.
    public var retainAsPublished: Bool
    /// Which retained messages come at once; MQTT 5.
    public var retainHandling: RetainHandling

    /// Makes a subscription.
    public init(
        filter: ByteBuffer,
        qos: QoS = .atMostOnce,
        noLocal: Bool = false,
        retainAsPublished: Bool = false,
        retainHandling: RetainHandling = .send
    ) {
        self.filter = filter
        self.qos = qos
        self.noLocal = noLocal
        self.retainAsPublished = retainAsPublished
        self.retainHandling = retainHandling
    }
}
