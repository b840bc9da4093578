public import NIOCore

/// PUBLISH: a message, in either direction (MQTT 5 section 3.3).
public struct Publish: Sendable, Equatable {
    /// The topic name; when decoded: valid UTF-8 without U+0000 and wildcards, empty only with a topic alias.
    public var topic: ByteBuffer
    /// The message; when decoded, a slice of the buffer that was read.
    public var payload: ByteBuffer
    /// How surely it is delivered.
    public var qos: QoS
    /// Whether it is, or is to be, a retained message.
    public var retain: Bool
    /// Whether it may have been sent before; never with QoS 0 `[MQTT-3.3.1-2]`.
    public var duplicate: Bool
    /// The packet identifier; 0 with QoS 0, else not 0 `[MQTT-2.2.1-3]`.
    public var packetID: UInt16
    /// MQTT 5's properties; not written in 3.1.1.
    public var properties: Properties

    /// Makes a PUBLISH.
    public init(
        topic: ByteBuffer,
        payload: ByteBuffer,
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        duplicate: Bool = false,
        packetID: UInt16 = 0,
        properties: Properties = Properties()
    ) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain
        self.duplicate = duplicate
        self.packetID = packetID
        self.properties = properties
    }
}
