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
        let delegate = FakeDelegate { events in _ = inbox.push(events) }
        self.configuration = configuration
        self.inbox = inbox
        self.delegate = delegate
        self.loop = EdgeLoop(
            eventLoop: self.eventLoop,
            index: 0,
            configuration: configuration,
            inbox: inbox,
            shared: EdgeShared(configuration: configuration, node: "node", metrics: self.metrics),
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
        components: [String] = [],
        epoch: Epoch? = nil,
        sequence: UInt64? = nil
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
            channels: rights.map { Grant.ChannelRight(hash: $0, rights: $1, sequence: sequence) },
            epoch: epoch
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

    /// Events are committed and come in, and the loop turns.
    func deliver(_ events: [(ChannelHash, String)]) {
        self.push(self.commit(events))
    }

    /// Events are committed, which the loop does not know yet.
    func commit(_ events: [(ChannelHash, String)]) -> [DeliverableEvent] {
        events.map { self.delegate.log.append(Array($1.utf8), to: $0) }
    }

    /// Committed events come in, and the loop turns.
    func push(_ events: [DeliverableEvent]) {
        if self.inbox.push(events) { self.loop.needsTurn() }
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
