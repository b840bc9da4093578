public import BridgeHTTP
public import Components
public import EventLog
public import EventLogSQLite
public import MosquittoBus
public import Realtime

/// All settings of a bridge: what `bridge.yaml` says, or what a program that embeds the bridge sets.
public struct Configuration: Sendable {
    /// Where the bridge listens.
    public struct Listen: Sendable {
        /// HTTP and MQTT over WebSocket.
        public var http = BridgeHTTPServer.Address(host: "127.0.0.1", port: 8080)
        /// MQTT over TCP.
        public var mqtt = BridgeHTTPServer.Address(host: "127.0.0.1", port: 1884)

        /// The default addresses.
        public init() {}
    }

    /// Where events are kept.
    public enum Log: Sendable {
        /// In memory: a restart begins a new epoch.
        case memory
        /// In a SQLite file; a relative path lies in the data folder.
        case sqlite(path: String, sync: SQLiteLogSettings.Sync)
    }

    /// The broker that connects the bridge with services.
    public enum Broker: Sendable {
        /// None: services use HTTP or the edge.
        case none
        /// A mosquitto that the bridge starts and minds, for services on this address.
        case embedded(host: String, port: Int)
        /// A broker that somebody else minds; see `broker/` for a mosquitto that is set up for it.
        case external(MosquittoConfiguration)
    }

    /// The bridge's limits.
    public struct Limits: Sendable {
        /// The largest payload of one event or message, in bytes.
        public var payload = 64 * 1024
        /// Upstream messages that one connection may send in a second.
        public var upstreamPerSecond = 50
        /// Connections at the edge.
        public var connections = 100_000
        /// Bytes that may wait for one slow client.
        public var outboundBytes = 1024 * 1024
        /// Replies that are kept for whoever asks again; one more is answered `busy`.
        public var replies = 1_000_000
        /// Bytes of the replies that are kept.
        public var replyBytes = 256 * 1024 * 1024

        /// The default limits.
        public init() {}
    }

    /// The one site that the bridge serves.
    public var site: SiteName
    /// Where it listens.
    public var listen = Listen()
    /// How pages reach the bridge; `nil` takes the address of `listen.http`.
    public var publicURL: String?
    /// Origins of other pages that may connect.
    public var origins: Set<String> = []
    /// The broker.
    public var broker: Broker = .none
    /// Publish every committed event on the broker too.
    public var mirror = true
    /// Where events are kept.
    public var log: Log = .memory
    /// How channels keep their events, where their area says nothing else.
    public var defaultPolicy = ChannelPolicy()
    /// How areas keep their events, by component and area.
    public var policies: [ComponentName: [String: ChannelPolicy]] = [:]
    /// The most bytes that the log's retained events take; the oldest go first.
    public var retainedBytes: UInt64 = 1 << 30
    /// The key that turns channels into hashes.
    public var channelKey: ChannelKey
    /// The keys of grants; the first whose roles allow it signs.
    public var grantKeys: [GrantKey]
    /// The keys of servers.
    public var apiKeys: [APIKey] = []
    /// The components that are enabled.
    public var components: [ComponentName: ComponentSettings] = [:]
    /// What answers components' messages.
    public var callbacks: [ComponentName: Callback] = [:]
    /// What sees messages that clients publish to a component's channels before they become events.
    public var ingestWebhooks: [ComponentName: WebhookSettings] = [:]
    /// Limits.
    public var limits = Limits()
    /// The folder of everything that the bridge keeps; `nil` keeps nothing and allows no embedded broker.
    public var directory: String?
    /// Accounts of services and readers on the embedded broker.
    public var brokerAccounts: [BrokerAccount] = []

    /// Creates a configuration with defaults and no component enabled.
    public init(site: SiteName, channelKey: ChannelKey, grantKeys: [GrantKey]) {
        self.site = site
        self.channelKey = channelKey
        self.grantKeys = grantKeys
    }
}
