/// A message that came from the bus.
public struct BusMessage: Sendable, Hashable {
    /// The topic that it was published to.
    public let topic: String
    /// Its bytes, unchanged.
    public let payload: [UInt8]
    /// Whether the broker had kept it from before the subscription (`[MQTT-3.3.1-8]`).
    public let retain: Bool

    /// Creates a message.
    public init(topic: String, payload: [UInt8], retain: Bool = false) {
        self.topic = topic
        self.payload = payload
        self.retain = retain
    }
}
