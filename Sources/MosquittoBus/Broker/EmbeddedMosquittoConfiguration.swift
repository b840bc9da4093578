public import Realtime

/// What the embedded broker is to be.
public struct EmbeddedMosquittoConfiguration: Sendable {
    /// The folder for its files; made if it is not there, and closed to everyone else.
    public var directory: String
    /// The site whose topics it carries.
    public var site: SiteName
    /// The address on which services reach it.
    public var host: String
    /// The port on which services reach it.
    public var port: Int
    /// Who may log in, besides the bridge.
    public var accounts: [BrokerAccount]
    /// mosquitto's path; nil to look for it in `PATH` and where systems keep their services.
    public var executable: String?
    /// The largest MQTT packet, in bytes.
    public var maximumPacketSize: Int
    /// What may wait for one slow or absent service, in bytes; more is dropped, and mosquitto logs it.
    public var maximumQueuedBytes: Int

    /// Creates a configuration.
    public init(
        directory: String,
        site: SiteName,
        host: String = "127.0.0.1",
        port: Int = 1885,
        accounts: [BrokerAccount] = [],
        executable: String? = nil,
        maximumPacketSize: Int = 1 << 20,
        maximumQueuedBytes: Int = 256 << 20
    ) {
        self.directory = directory
        self.site = site
        self.host = host
        self.port = port
        self.accounts = accounts
        self.executable = executable
        self.maximumPacketSize = maximumPacketSize
        self.maximumQueuedBytes = maximumQueuedBytes
    }

    /// The address for logs.
    var address: String { self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)" }
}
