public import Realtime

/// How clients reach the bridge.
public struct BridgeURLs: Sendable, Hashable {
    /// The HTTP API.
    public var http: String
    /// MQTT over WebSocket.
    public var websocket: String
    /// MQTT over TCP.
    public var mqtt: String

    /// Creates the addresses.
    public init(http: String, websocket: String, mqtt: String) {
        self.http = http
        self.websocket = websocket
        self.mqtt = mqtt
    }
}

/// What `POST /v1/grants` answers: an application embeds it in its page as it is.
public struct GrantAnswer: Sendable {
    /// A channel of the grant.
    public struct GrantedChannel: Sendable {
        /// The channel.
        public let channel: Channel
        /// What the user may do.
        public let rights: Rights
        /// The channel's hash.
        public let hash: ChannelHash
        /// The topic of its events.
        public let topic: String
        /// Where a subscription begins; `nil` begins at now.
        public let position: Position?
    }

    /// The signed token: the MQTT password, or the HTTP bearer token.
    public let token: String
    /// What the token says.
    public let grant: Grant
    /// How long the grant is good, in seconds.
    public let lifetime: Int64
    /// How clients reach the bridge.
    public let urls: BridgeURLs
    /// The channels of the grant.
    public let channels: [GrantedChannel]

    /// The answer's JSON.
    public func encode() -> [UInt8] {
        var writer = JSONWriter(reserving: 512 + self.token.utf8.count)
        writer.object { json in
            json.key("token")
            json.string(self.token)
            json.key("user")
            json.string(self.grant.user)
            json.key("session")
            json.string(self.grant.session)
            json.key("site")
            json.string(self.grant.site)
            json.key("expires")
            json.int(self.grant.expiresAt)
            json.key("ttl")
            json.int(self.lifetime)
            json.key("urls")
            json.object { urls in
                urls.key("http")
                urls.string(self.urls.http)
                urls.key("websocket")
                urls.string(self.urls.websocket)
                urls.key("mqtt")
                urls.string(self.urls.mqtt)
            }
            json.key("channels")
            json.array { list in
                for channel in self.channels {
                    list.object { Self.append(channel, to: &$0) }
                }
            }
        }
        return writer.bytes
    }

    private static func append(_ granted: GrantedChannel, to json: inout JSONWriter) {
        granted.channel.appendMembers(to: &json)
        json.key("rights")
        json.array { rights in
            if granted.rights.contains(.subscribe) { rights.string("subscribe") }
            if granted.rights.contains(.publish) { rights.string("publish") }
        }
        json.key("hash")
        json.string(granted.hash.description)
        json.key("topic")
        json.string(granted.topic)
        if let position = granted.position {
            json.key("position")
            json.string(position.description)
        }
    }
}
