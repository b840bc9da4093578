public import NIOCore

/// UNSUBSCRIBE: a client gives up topic filters (MQTT 5 section 3.10).
public struct Unsubscribe: Sendable, Equatable {
    /// The packet identifier; never 0.
    public var packetID: UInt16
    /// The filters, at least one `[MQTT-3.10.3-2]`.
    public var filters: [ByteBuffer]
    /// MQTT 5's properties; not written in 3.1.1.
    public var properties: Properties

    /// Makes an UNSUBSCRIBE.
    public init(packetID: UInt16, filters: [ByteBuffer], properties: Properties = Properties()) {
        self.packetID = packetID
        self.filters = filters
        self.properties = properties
    }
}
