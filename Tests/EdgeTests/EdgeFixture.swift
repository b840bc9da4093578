import Logging
import MQTTCodec
import NIOCore
import NIOEmbedded
import Realtime
import Testing

@testable import Edge

/// One event loop of the edge whose time and turns the test decides.
final class EdgeFixture {
    static let now = WallClock.seconds

    let eventLoop = EmbeddedEventLoop()
    let metrics = EdgeMetrics()
    let configuration: EdgeConfiguration
    let inbox: Inbox
    let delegate: FakeDelegate
    let loop: EdgeLoop
    private var clients = 0

    init(_ change: (inout EdgeConfiguration) -> Void = { _ in }) throws {
        var configuration = EdgeConfiguration(site: try SiteName("demo"), maximumPayload: 1024)
        change(&configuration)
        let inbox = Inbox()
        // Commits at once: what is published to a channel comes back as its event.
        let delegate = FakeDelegate { messages in
            _ = inbox.push(messages.map { DeliverableEvent(channel: $0.channel, json: $0.payload) })
        }
        self.configuration = configuration
        self.inbox = inbox
        self.delegate = delegate
        self.loop = EdgeLoop(
            eventLoop: self.eventLoop,
            index: 0,
            configuration: configuration,
            inbox: inbox,
            sessions: SessionDirectory(),
            pending: PendingConnections(
                limit: configuration.maximumPending,
                maximumOpen: configuration.maximumOpen,
                metrics: self.metrics
            ),
            delegate: delegate,
            metrics: self.metrics,
            logger: Logger(label: "edge") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Different channels for different numbers.
    static func hash(_ number: Int64) throws -> ChannelHash {
        let key = try ChannelKey(bytes: Array("0123456789abcdef0123456789abcdef".utf8))
        let channel = try Channel(contextID: number, component: "mod_quiz", area: "game", itemID: 0)
        return key.hash(of: channel, site: try SiteName("demo"))
    }

    static func grant(
        _ rights: [(ChannelHash, Rights)] = [],
        user: String = "42",
        session: String = "abc",
        id: String = "g1",
        expires: Int64 = EdgeFixture.now + 3600,
        role: Role = .client,
        components: [String] = []
    ) throws -> Grant {
        Grant(
            site: "demo",
            user: user,
            session: session,
            id: id,
            issuedAt: expires - 7200,
            expiresAt: expires,
            role: role,
            components: try components.map { try ComponentName($0) },
            channels: rights.map { Grant.ChannelRight(hash: $0, rights: $1) }
        )
    }

    /// Makes a token that the delegate takes for a grant.
    func allow(_ grant: Grant, token: String = "good") {
        self.delegate.set(.success(grant), for: token)
    }

    /// A connection that has sent nothing; its client is `c1`, the next one `c2`.
    func open(_ version: MQTTVersion = .v5, transport: Transport = .tcp) throws -> TestClient {
        self.clients += 1
        return try TestClient(self, id: "c\(self.clients)", version: version, transport: transport)
    }

    /// A connection with a grant for some channels.
    func connected(
        _ version: MQTTVersion = .v5,
        _ grant: Grant,
        transport: Transport = .tcp,
        change: (inout Connect) -> Void = { _ in }
    ) throws -> TestClient {
        self.allow(grant)
        let client = try self.open(version, transport: transport)
        try client.connect("good", change: change)
        let answer = try client.receive()
        guard case .connack(let connack)? = answer.first, connack.reason == .success else {
            throw Refused(answer: answer)
        }
        return client
    }

    /// Events come in, and the loop turns.
    func deliver(_ events: [(ChannelHash, String)]) {
        if self.inbox.push(events.map { DeliverableEvent(channel: $0, json: Array($1.utf8)) }) {
            self.loop.needsTurn()
        }
        self.turn()
    }

    /// Lets the loop do what waits for it.
    func turn() {
        self.eventLoop.run()
    }

    func advance(seconds: Int64) {
        self.eventLoop.advanceTime(by: .seconds(seconds))
    }

    struct Refused: Error {
        let answer: [Packet]
    }
}
