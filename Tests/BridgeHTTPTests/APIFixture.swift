import BridgeCore
import Components
import Edge
import EventLog
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Realtime

@testable import BridgeHTTP

/// The HTTP API over a log in memory, with keys for each role.
struct APIFixture: Sendable {
    /// Unix milliseconds.
    static let time: Int64 = 1_732_370_000_000

    let api: BridgeAPI
    let edgeMetrics = EdgeMetrics()
    let verifier: GrantVerifier
    let notifier: Notifier
    let issuer: GrantIssuer
    let keys: KeyRing
    let dispatcher: ComponentDispatcher

    /// The time of the grants is the events' unless it is given, in Unix milliseconds.
    init(
        isBusConnected: Bool? = nil,
        payloadLimit: Int = 1024,
        policies: [String: ChannelPolicy] = [:],
        now: @escaping @Sendable () -> Int64 = { Self.time },
        maximumConnections: Int = 1000,
        replies: (any ReplyStore)? = nil
    ) throws {
        let secret = Array("0123456789abcdef0123456789abcdef".utf8)
        let site = try SiteName("demo")
        let channelKey = try ChannelKey(bytes: secret)
        let metrics = BridgeMetrics()
        let keys = try KeyRing(
            site: site,
            keys: [
                try GrantKey(kid: "k1", algorithm: .hs256(secret: secret)),
                try GrantKey(kid: "s1", roles: [.service], algorithm: .hs256(secret: secret)),
            ]
        )
        let quiz = try ComponentName("mod_quiz")
        let rules = AreaRules(
            components: [quiz: ComponentSettings(areas: ["game", "board"])], policies: [quiz: policies])
        let log = InMemoryEventLog { Self.time }
        self.verifier = GrantVerifier(keys: keys, now: now)
        self.keys = keys
        let waiters = EventWaiters()
        let edgeMetrics = self.edgeMetrics
        self.notifier = Notifier(site: site, key: channelKey, rules: rules, log: log, metrics: metrics)
        self.notifier.add(waiters)
        self.issuer = GrantIssuer(
            site: site,
            keys: keys,
            channelKey: channelKey,
            rules: rules,
            log: log,
            urls: BridgeURLs(http: "http://h", websocket: "ws://h/mqtt", mqtt: "mqtt://h:1884"),
            now: now
        )
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        self.dispatcher = ComponentDispatcher(
            components: [quiz: ComponentSettings(), try ComponentName("mod_chat"): ComponentSettings()], logger: logger)
        try self.dispatcher.register(quiz, callback: .immediate { $0.payload })
        self.api = BridgeAPI(
            issuer: self.issuer,
            notifier: self.notifier,
            pulls: PullService(
                verifier: self.verifier,
                log: log,
                waiters: waiters,
                maximum: maximumConnections,
                connections: { edgeMetrics.connections },
                now: now
            ),
            upstream: UpstreamAccess(
                verifier: self.verifier,
                service: Upstream(
                    dispatcher: self.dispatcher,
                    store: replies,
                    limits: Upstream.Limits(count: 1000, bytes: 1 << 20),
                    payloadLimit: payloadLimit,
                    metrics: metrics,
                    logger: logger,
                    now: now
                ),
                rates: SenderRates(perSecond: 5),
                now: now
            ),
            keys: APIKeyRing([
                APIKey(name: "all", digest: APIKey.digest(of: "all"), roles: [.grant, .notify, .admin]),
                APIKey(name: "grant", digest: APIKey.digest(of: "grant"), roles: [.grant]),
                APIKey(name: "notify", digest: APIKey.digest(of: "notify"), roles: [.notify]),
                APIKey(
                    name: "chat",
                    digest: APIKey.digest(of: "chat"),
                    roles: [.grant, .notify],
                    components: [try ComponentName("mod_chat")]
                ),
            ]),
            origins: Origins(["https://a.example"]),
            status: BridgeStatus(isBusConnected: { isBusConnected }, log: { LogStatus(log.status) }),
            edgeMetrics: self.edgeMetrics,
            metrics: metrics,
            payloadLimit: payloadLimit,
            pages: Page.demo + Page.test
        )
    }

    /// Sends one request to the routes, without a socket.
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        key: String? = nil,
        headers: HTTPFields = [:],
        body: String? = nil
    ) async throws -> TestResponse {
        try await self.send(method, path, key: key, headers: headers, body: body, over: .router)
    }

    /// Sends one request from this machine, over a socket.
    func sendLive(
        _ method: HTTPRequest.Method,
        _ path: String,
        headers: HTTPFields = [:],
        body: String? = nil
    ) async throws -> TestResponse {
        try await self.send(method, path, key: nil, headers: headers, body: body, over: .live)
    }

    private func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        key: String?,
        headers: HTTPFields,
        body: String?,
        over setup: TestingSetup
    ) async throws -> TestResponse {
        var headers = headers
        if let key { headers[.authorization] = "Bearer \(key)" }
        let application = Application(
            responder: self.api.makeResponder(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0))
        )
        return try await application.test(setup) { [headers] client in
            try await client.execute(
                uri: path,
                method: method,
                headers: headers,
                body: body.map { ByteBuffer(string: $0) }
            )
        }
    }
}

extension TestResponse {
    var text: String { String(buffer: self.body) }

    var json: JSONValue {
        get throws(RealtimeError) { try JSONValue.parse(Array(self.body.readableBytesView)) }
    }

    /// The code of a problem; `nil` when it is none of the right shape.
    var problem: String? {
        guard self.headers[.contentType] == "application/problem+json", let json = try? self.json,
            json["status"]?.int64 == Int64(self.status.code), json["title"]?.string != nil,
            json["detail"]?.string != nil
        else { return nil }
        return json["code"]?.string
    }
}
