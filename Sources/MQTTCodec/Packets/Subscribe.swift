/// SUBSCRIBE: a client asks for the messages of topic filters (MQTT 5 section 3.8).
public struct Subscribe: Sendable, Equatable {
    /// The packet identifier; never 0.
    public var packetID: UInt16
    /// The filters, at least one `[MQTT-3.8.3-2]`.
    public var filters: [Subscription]
    /// MQTT 5's properties; not written in 3.1.1.
    public var properties: Properties

    /// Makes a SUBSCRIBE.
    public init(packetID: UInt16, filters: [Subscription], properties: Properties = Properties()) {
        self.packetID = packetID
        self.filters = filters
        self.properties = properties
    }
}
