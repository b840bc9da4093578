/// What a bus has done since it was made; every number only grows.
public struct BusStatistics: Sendable, Hashable {
    /// Messages handed to the broker, and acknowledged by it where that was asked.
    public var published: UInt64 = 0
    /// Messages received.
    public var received: UInt64 = 0
    /// Messages refused by ``Bus/publish(topic:payload:qos:completion:)`` or lost with a connection.
    public var dropped: UInt64 = 0
    /// Connections that the broker accepted after the first one.
    public var reconnects: UInt64 = 0

    /// Creates statistics that are all zero.
    public init() {}
}
