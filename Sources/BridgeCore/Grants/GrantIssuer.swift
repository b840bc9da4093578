public import EventLog
public import Realtime

/// Makes grants, with the position of every channel at that moment.
public struct GrantIssuer: Sendable {
    private let site: SiteName
    private let keys: KeyRing
    private let channelKey: ChannelKey
    private let rules: AreaRules
    private let log: any EventLog
    private let urls: BridgeURLs
    private let namesPublished: @Sendable (ComponentName) -> Bool
    private let now: @Sendable () -> Int64

    /// Creates an issuer.
    ///
    /// The closure `namesPublished` says for which components a token names the channels that may be published to, as
    /// their `ingest` callbacks need it; `now` gives the time of day, in Unix milliseconds.
    public init(
        site: SiteName,
        keys: KeyRing,
        channelKey: ChannelKey,
        rules: AreaRules,
        log: any EventLog,
        urls: BridgeURLs,
        namesPublished: @escaping @Sendable (ComponentName) -> Bool = { _ in false },
        now: @escaping @Sendable () -> Int64
    ) {
        self.site = site
        self.keys = keys
        self.channelKey = channelKey
        self.rules = rules
        self.log = log
        self.urls = urls
        self.namesPublished = namesPublished
        self.now = now
    }

    /// Makes a grant.
    ///
    /// - Parameters:
    ///   - request: What the grant shall allow, and for how long.
    ///   - publisher: Who asks; it must be allowed every component named.
    /// - Returns: The signed grant, with each channel's hash, topic and, where replay is asked for, position.
    /// - Throws: `component_disabled`, `area_disabled`, `forbidden`, `grant_invalid`, or `log_unavailable`.
    public func issue(_ request: GrantRequest, for publisher: Publisher) async throws(RealtimeError) -> GrantAnswer {
        guard (1...Grant.maximumLifetime).contains(request.lifetime) else {
            throw RealtimeError(.grantInvalid, "a grant lives 1 to \(Grant.maximumLifetime) seconds")
        }
        for component in request.components {
            try self.rules.check(component)
            guard component.isReserved || publisher.components?.contains(component) ?? true else {
                throw RealtimeError(.forbidden, "this key is not for component \(component)")
            }
        }
        var channels: [GrantAnswer.GrantedChannel] = []
        for wanted in request.channels {
            try self.rules.check(wanted.channel)
            try publisher.check(wanted.channel)
            let hash = self.channelKey.hash(of: wanted.channel, site: self.site)
            let position = request.replay ? try await self.log.head(of: hash) : nil
            channels.append(
                GrantAnswer.GrantedChannel(
                    channel: wanted.channel,
                    rights: wanted.rights,
                    hash: hash,
                    topic: Topic.channel(hash).text(site: self.site),
                    position: position
                )
            )
        }
        let issuedAt = self.now() / 1000
        // One epoch holds for the whole grant; a channel of another epoch starts from now.
        let epoch = channels.first { $0.position != nil }?.position?.epoch
        let grant = Grant(
            site: self.site.rawValue,
            user: request.user,
            session: request.session,
            id: Self.makeID(),
            issuedAt: issuedAt,
            expiresAt: issuedAt + request.lifetime,
            role: request.role,
            components: request.components,
            channels: channels.map { channel in
                Grant.ChannelRight(
                    hash: channel.hash,
                    rights: channel.rights,
                    sequence: channel.position.flatMap { $0.epoch == epoch ? $0.sequence : nil }
                )
            },
            epoch: epoch,
            names: self.names(of: channels)
        )
        return GrantAnswer(
            token: try self.keys.sign(grant),
            grant: grant,
            lifetime: request.lifetime,
            urls: self.urls,
            channels: channels
        )
    }

    private func names(of channels: [GrantAnswer.GrantedChannel]) -> [ChannelHash: Channel] {
        let named = channels.filter { $0.rights.contains(.publish) && self.namesPublished($0.channel.component) }
        return Dictionary(named.map { ($0.hash, $0.channel) }) { first, _ in first }
    }

    private static func makeID() -> String {
        Base64URL.encode([UInt8].random(count: 16))
    }
}
