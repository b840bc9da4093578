public import MQTTCodec

/// How a client introduces itself, and how long it waits.
public struct ConnectOptions: Sendable {
    /// The protocol version.
    public var version: MQTTVersion = .v5
    /// The client identifier; empty lets the server choose.
    public var clientID = ""
    /// The user name, if any.
    public var username: String?
    /// The password, if any; a grant for instance.
    public var password: String?
    /// The longest silence before the client pings; whole seconds up to 65,535; zero: never.
    public var keepAlive: Duration = .seconds(25)
    /// Whether a stored session is discarded.
    public var cleanStart = true
    /// The message that the server publishes if the connection breaks.
    public var will: Will?
    /// CONNECT's properties; MQTT 5 only.
    public var properties = Properties()
    /// The time for transport, WebSocket and CONNACK together.
    public var connectTimeout: Duration = .seconds(10)
    /// The time for each acknowledgement.
    public var acknowledgementTimeout: Duration = .seconds(10)
    /// Messages held before the client stops reading; it goes on at half of it.
    public var messageLimit = 1024
    /// Bytes of the largest packet taken from the server.
    public var maximumPacketSize = 16 << 20

    /// Options with their defaults and the given identity.
    public init(
        version: MQTTVersion = .v5,
        clientID: String = "",
        username: String? = nil,
        password: String? = nil,
        keepAlive: Duration = .seconds(25),
        cleanStart: Bool = true,
        will: Will? = nil,
        properties: Properties = Properties()
    ) {
        self.version = version
        self.clientID = clientID
        self.username = username
        self.password = password
        self.keepAlive = keepAlive
        self.cleanStart = cleanStart
        self.will = will
        self.properties = properties
    }
}
