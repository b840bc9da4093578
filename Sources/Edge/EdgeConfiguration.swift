public import NIOCore
public import Realtime

/// What the edge announces and enforces.
public struct EdgeConfiguration: Sendable {
    /// The one site whose topics this edge serves.
    public var site: SiteName

    /// Origins that may open a WebSocket, as a browser sends them (`https://www.example.org`).
    ///
    /// A request without an `Origin` header is no browser's and passes: its grant alone decides.
    public var origins: Set<String>

    /// The largest payload of one message, in bytes.
    public var maximumPayload: Int

    /// The largest number of connections; one more is refused with 0x97 (MQTT 5) or 3 (MQTT 3.1.1).
    public var maximumConnections: Int

    /// How many bytes may wait for one client before it counts as too slow, in bytes.
    public var maximumOutboundBytes: Int

    /// How many upstream messages one connection may send in a second; as many again may come at once.
    public var upstreamPerSecond: Int

    /// How long a peer may take from the first byte to an accepted CONNECT.
    public var connectTimeout: TimeAmount = .seconds(10)

    /// Silence from a WebSocket client after which the edge pings it.
    public var pingInterval: TimeAmount = .seconds(25)

    /// The largest CONNECT before its grant has been accepted, in bytes.
    public var maximumConnectPacket = 16 * 1024

    /// The largest head of a WebSocket handshake, in bytes.
    public var maximumHandshake = 16 * 1024

    /// How many refused publishes a connection may send before it is closed.
    public var maximumRefusals = 20

    /// How many refused filters a connection may subscribe to before it is closed.
    public var maximumRefusedFilters = 1000

    /// How many connections may be open that have shown neither a grant nor an HTTP request.
    public var maximumPending = 10_000

    /// How many connections may be open in all, those of HTTP among them; one more closes the oldest of the pending.
    public var maximumOpen = Int.max

    /// Creates a configuration.
    public init(
        site: SiteName,
        origins: Set<String> = [],
        maximumPayload: Int = 64 * 1024,
        maximumConnections: Int = 100_000,
        maximumOutboundBytes: Int = 1024 * 1024,
        upstreamPerSecond: Int = 50
    ) {
        self.site = site
        self.origins = origins
        self.maximumPayload = maximumPayload
        self.maximumConnections = maximumConnections
        self.maximumOutboundBytes = maximumOutboundBytes
        self.upstreamPerSecond = upstreamPerSecond
    }

    /// The largest packet a connected client may send: payload, the longest topic, and room for properties.
    var maximumPacket: Int { maximumPayload + 8 * 1024 }
}
