public import Realtime

/// What `POST /v1/grants` asks for.
public struct GrantRequest: Sendable {
    /// One channel and what may be done with it.
    public struct ChannelRequest: Sendable {
        /// The channel.
        public let channel: Channel
        /// What the user may do.
        public let rights: Rights

        /// Creates a request for one channel.
        public init(channel: Channel, rights: Rights) {
            self.channel = channel
            self.rights = rights
        }
    }

    /// The lifetime of a grant that asks for none, in seconds.
    public static let defaultLifetime: Int64 = 3600

    /// Whom the grant is for.
    public var user: String
    /// The application's session; revoking it revokes the grant.
    public var session: String
    /// What the grant may be used as.
    public var role: Role
    /// The channels.
    public var channels: [ChannelRequest]
    /// The components that the user may send to.
    public var components: [ComponentName]
    /// How long the grant is good, in seconds.
    public var lifetime: Int64
    /// Whether subscriptions begin at the channels' positions of now, so that nothing is lost until they are made.
    public var replay: Bool

    /// Creates a request.
    public init(
        user: String,
        session: String,
        role: Role = .client,
        channels: [ChannelRequest] = [],
        components: [ComponentName] = [],
        lifetime: Int64 = GrantRequest.defaultLifetime,
        replay: Bool = true
    ) {
        self.user = user
        self.session = session
        self.role = role
        self.channels = channels
        self.components = components
        self.lifetime = lifetime
        self.replay = replay
    }
}

extension GrantRequest {
    private static let members: Set<String> = [
        "user", "session", "role", "channels", "components", "ttl", "replay",
    ]

    /// Reads the body of `POST /v1/grants`.
    ///
    /// - Throws: `payload_invalid`, `channel_invalid` or `limit`.
    public init(json: JSONValue) throws(RealtimeError) {
        guard let members = json.members else { throw Self.malformed("the body must be a JSON object") }
        for member in members where !Self.members.contains(member.name) {
            throw Self.malformed("a member is not known; allowed: \(Self.members.sorted().joined(separator: ", "))")
        }
        self.init(
            user: try Self.text("user", of: json),
            session: try Self.text("session", of: json),
            role: try Self.role(of: json),
            channels: try Self.channels(of: json),
            components: try Self.components(of: json),
            lifetime: try Self.lifetime(of: json)
        )
        if let replay = json["replay"] {
            guard let value = replay.bool else { throw Self.malformed("replay must be true or false") }
            self.replay = value
        }
    }

    private static func text(_ name: String, of json: JSONValue) throws(RealtimeError) -> String {
        guard let text = json[name]?.string else { throw self.malformed("\(name) must be a string") }
        return text
    }

    private static func role(of json: JSONValue) throws(RealtimeError) -> Role {
        guard let value = json["role"] else { return .client }
        guard let role = value.string.flatMap(Role.init(rawValue:)) else {
            throw self.malformed("role must be client, device or service")
        }
        return role
    }

    private static func lifetime(of json: JSONValue) throws(RealtimeError) -> Int64 {
        guard let value = json["ttl"] else { return self.defaultLifetime }
        guard let seconds = value.int64, (1...Int64(Grant.maximumLifetime)).contains(seconds) else {
            throw self.malformed("ttl must be a number of seconds from 1 to \(Grant.maximumLifetime)")
        }
        return seconds
    }

    private static func components(of json: JSONValue) throws(RealtimeError) -> [ComponentName] {
        guard let value = json["components"] else { return [] }
        guard let list = value.array else { throw self.malformed("components must be a list") }
        var components: [ComponentName] = []
        for element in list {
            guard let name = element.string else { throw self.malformed("components must be a list of names") }
            components.append(try ComponentName(name))
        }
        return components
    }

    private static func channels(of json: JSONValue) throws(RealtimeError) -> [ChannelRequest] {
        guard let value = json["channels"] else { return [] }
        guard let list = value.array else { throw self.malformed("channels must be a list") }
        guard list.count <= Grant.maximumChannels else {
            throw RealtimeError(.limit, "at most \(Grant.maximumChannels) channels a grant; ask for a further one")
        }
        var channels: [ChannelRequest] = []
        for element in list {
            let channel = try Channel(json: element, ignoring: ["rights"])
            channels.append(ChannelRequest(channel: channel, rights: try self.rights(of: element)))
        }
        return channels
    }

    private static func rights(of json: JSONValue) throws(RealtimeError) -> Rights {
        guard let list = json["rights"]?.array, !list.isEmpty else {
            throw self.malformed("rights must be a list of \"subscribe\" and \"publish\"")
        }
        var rights: Rights = []
        for element in list {
            switch element.string {
            case "subscribe": rights.insert(.subscribe)
            case "publish": rights.insert(.publish)
            default: throw self.malformed("rights must be a list of \"subscribe\" and \"publish\"")
            }
        }
        return rights
    }

    private static func malformed(_ message: String) -> RealtimeError {
        RealtimeError(.payloadInvalid, message)
    }
}
