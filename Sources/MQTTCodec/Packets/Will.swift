public import NIOCore

/// The message that the server publishes when a client is gone without saying so (MQTT 5 section 3.1.2.5).
public struct Will: Sendable, Equatable {
    /// The topic name: UTF-8 without U+0000 and wildcards.
    public var topic: ByteBuffer
    /// The message.
    public var payload: ByteBuffer
    /// How surely it is delivered.
    public var qos: QoS
    /// Whether it is kept for later subscribers.
    public var retain: Bool
    /// MQTT 5's will properties (section 3.1.3.2).
    public var properties: Properties

    /// Makes a will.
    public init(
        topic: ByteBuffer,
        payload: ByteBuffer,
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        properties: Properties = Properties()
    ) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain
        self.properties = properties
    }
}
