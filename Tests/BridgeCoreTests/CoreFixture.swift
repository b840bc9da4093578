import BridgeCore
import Components
import Edge
import EventLog
import NIOCore
import Realtime
import Synchronization

/// A notifier, an issuer and a verifier over one log in memory, at a time that the test decides.
struct CoreFixture: Sendable {
    /// Unix milliseconds.
    static let time: Int64 = 1_732_370_000_000
    static let urls = BridgeURLs(http: "http://h", websocket: "ws://h/mqtt", mqtt: "mqtt://h:1884")

    final class Clock: Sendable {
        private let time = Atomic<Int64>(CoreFixture.time)

        var now: Int64 { self.time.load(ordering: .sequentiallyConsistent) }
        func advance(seconds: Int64) { self.time.add(1000 * seconds, ordering: .sequentiallyConsistent) }
    }

    let clock = Clock()
    let site: SiteName
    let channelKey: ChannelKey
    let keys: KeyRing
    let rules: AreaRules
    let log: InMemoryEventLog
    let metrics = BridgeMetrics()
    let notifier: Notifier
    let issuer: GrantIssuer
    let verifier: GrantVerifier

    init() throws {
        let secret = Array("0123456789abcdef0123456789abcdef".utf8)
        let clock = self.clock
        self.site = try SiteName("demo")
        self.channelKey = try ChannelKey(bytes: secret)
        self.keys = try KeyRing(
            site: self.site,
            keys: [
                try GrantKey(kid: "k1", algorithm: .hs256(secret: secret)),
                try GrantKey(kid: "s1", roles: [.service], algorithm: .hs256(secret: secret.reversed())),
            ]
        )
        self.rules = AreaRules(
            components: [
                try ComponentName("mod_quiz"): ComponentSettings(areas: ["game", "board"]),
                try ComponentName("mod_chat"): ComponentSettings(),
            ],
            defaultPolicy: ChannelPolicy(retention: Retention(events: 100))
        )
        self.log = InMemoryEventLog { clock.now }
        self.notifier = Notifier(
            site: self.site,
            key: self.channelKey,
            rules: self.rules,
            log: self.log,
            metrics: self.metrics
        )
        self.issuer = GrantIssuer(
            site: self.site,
            keys: self.keys,
            channelKey: self.channelKey,
            rules: self.rules,
            log: self.log,
            urls: Self.urls,
            now: { clock.now }
        )
        self.verifier = GrantVerifier(keys: self.keys) { clock.now }
    }

    static func channel(
        _ contextID: Int64 = 15,
        component: String = "mod_quiz",
        area: String = "game"
    ) throws -> Realtime.Channel {
        try Realtime.Channel(contextID: contextID, component: component, area: area, itemID: 0)
    }

    static func payload(_ text: String) throws -> EventPayload {
        try EventPayload(json: Array(text.utf8), limit: 1 << 20)
    }

    static func item(
        _ payload: String,
        to channel: Realtime.Channel? = nil,
        key: String? = nil
    ) throws -> NotifyRequest {
        NotifyRequest(
            NotifyRequest.Item(
                channel: try channel ?? Self.channel(),
                payload: try Self.payload(payload),
                key: key
            )
        )
    }
}
