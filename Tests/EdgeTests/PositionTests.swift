import MQTTCodec
import NIOCore
import Realtime
import Testing

@testable import Edge

/// Where subscriptions begin, what they are told, and how they come to be live.
@Suite struct PositionTests {
    let fixture: EdgeFixture
    let channel: ChannelHash
    private let topic: String

    init() throws {
        self.fixture = try EdgeFixture()
        self.channel = try EdgeFixture.hash(1)
        self.topic = "rt/demo/ch/\(self.channel)"
    }

    var log: FakeLog { self.fixture.delegate.log }

    func client(
        _ version: MQTTVersion = .v5,
        transport: Transport = .tcp,
        from sequence: UInt64? = nil
    ) throws -> TestClient {
        let grant = try EdgeFixture.grant(
            [(self.channel, .subscribe)], epoch: sequence.map { _ in self.log.epoch }, sequence: sequence)
        return try self.fixture.connected(version, grant, transport: transport)
    }

    func subscribe(_ client: TestClient, since: String? = nil, to topics: [String]? = nil) throws {
        var properties = Properties()
        if let since { properties.appendUserProperty("since", since) }
        let filters = (topics ?? [self.topic]).map { Subscription(filter: ByteBuffer(string: $0)) }
        try client.send(.subscribe(Subscribe(packetID: 1, filters: filters, properties: properties)))
    }

    /// SUBACK and the sequence numbers behind it; gaps as text.
    func opening(_ client: TestClient) throws -> (suback: SubAck?, events: [String]) {
        var suback: SubAck?
        var events: [String] = []
        for packet in try client.receive() {
            switch packet {
            case .suback(let packet):
                #expect(events.isEmpty)
                suback = packet
            case .publish(let publish):
                let json = try JSONValue.parse(Array(publish.payload.readableBytesView))
                let sequence = json["seq"]?.uint64.map { "\($0)" } ?? String(buffer: publish.payload)
                events.append(json["gap"]?.bool == true ? "gap \(sequence)" : sequence)
            default:
                Issue.record("\(packet)")
            }
        }
        return (suback, events)
    }

    func commit(_ count: Int) {
        _ = self.fixture.commit((0..<count).map { (self.channel, "\"e\($0)\"") })
    }

    private func verdict(_ suback: SubAck?) -> [String] {
        suback?.properties.userProperties.map { "\($0) \($1)" } ?? []
    }

    @Test func sinceBeginsBehindAPositionAndGoesOnLive() throws {
        self.commit(5)
        let client = try self.client()
        try self.subscribe(client, since: self.log.position(2))
        let (suback, events) = try self.opening(client)
        #expect(suback?.reasons == [.success])
        #expect(self.verdict(suback) == ["position \(self.log.position(5))", "recovered complete"])
        #expect(events == ["3", "4", "5"])
        self.fixture.deliver([(self.channel, "6"), (self.channel, "7")])
        #expect(try client.receiveMessages().map(\.payload) == ["6", "7"])
    }

    @Test(arguments: [MQTTVersion.v3_1_1, .v5])
    func theGrantsPositionIsTheBeginning(_ version: MQTTVersion) throws {
        self.commit(4)
        let client = try self.client(version, transport: .tcp, from: 3)
        try self.subscribe(client)
        let (suback, events) = try self.opening(client)
        #expect(suback != nil)
        #expect(events == ["4"])
    }

    @Test func withoutAPositionItBeginsNow() throws {
        self.commit(4)
        let client = try self.client()
        try self.subscribe(client)
        let (suback, events) = try self.opening(client)
        #expect(self.verdict(suback) == ["position \(self.log.position(4))", "recovered none"])
        #expect(events.isEmpty)
        self.fixture.deliver([(self.channel, "5")])
        #expect(try client.receiveMessages().map(\.payload) == ["5"])
    }

    @Test func whereTheLastIsRetainedItComesFirst() throws {
        self.commit(4)
        self.log.set(self.channel, retainsLast: true)
        let client = try self.client()
        try self.subscribe(client)
        #expect(try self.opening(client).events == ["4"])
        let other = try self.client()
        try self.subscribe(other, since: self.log.position(4))
        #expect(try self.opening(other).events.isEmpty)
    }

    @Test(arguments: ["unknown:3", nil])
    func whatIsGoneIsToldOnce(_ since: String?) throws {
        self.commit(10)
        self.log.trim(self.channel, keeping: 4)
        let old = since ?? self.log.position(2)
        let client = try self.client()
        try self.subscribe(client, since: old)
        let (suback, events) = try self.opening(client)
        #expect(self.verdict(suback) == ["position \(self.log.position(10))", "recovered gap"])
        #expect(events == ["7", "8", "9", "10"])
    }

    /// 3.1.1 has no properties: the gap comes on the topic.
    @Test func version311IsToldOnTheTopic() throws {
        self.commit(10)
        self.log.trim(self.channel, keeping: 4)
        let client = try self.client(.v3_1_1, from: 2)
        try self.subscribe(client)
        #expect(try self.opening(client).events == ["gap 6", "7", "8", "9", "10"])
    }

    @Test func severalFiltersNameTheirChannels() throws {
        let second = try EdgeFixture.hash(2)
        self.commit(3)
        _ = self.fixture.commit([(second, "1"), (second, "2")])
        let client = try self.fixture.connected(
            .v5, try EdgeFixture.grant([(self.channel, .subscribe), (second, .subscribe)]))
        var properties = Properties()
        properties.appendUserProperty("since", "\(second) \(self.log.position(1))")
        properties.appendUserProperty("since", "\(self.channel) \(self.log.position(2))")
        let filters = ["rt/demo/re/42/-/#", self.topic, "rt/demo/ch/\(second)", "#"].map {
            Subscription(filter: ByteBuffer(string: $0))
        }
        try client.send(.subscribe(Subscribe(packetID: 1, filters: filters, properties: properties)))
        let (suback, events) = try self.opening(client)
        #expect(suback?.reasons == [.success, .success, .success, .notAuthorized])
        #expect(
            self.verdict(suback) == [
                "position \(self.channel) \(self.log.position(3))", "recovered \(self.channel) complete",
                "position \(second) \(self.log.position(2))", "recovered \(second) complete",
            ]
        )
        #expect(events == ["3", "2"])
    }

    @Test(arguments: ["", "x", "e:", "e:-1", ":1", "E:1", "e:1 ", "hash e:1"])
    func aMalformedSinceIsRefused(_ since: String) throws {
        let client = try self.client()
        try self.subscribe(client, since: since)
        let (suback, _) = try self.opening(client)
        #expect(suback?.reasons == [.implementationSpecificError])
        #expect(client.isOpen)
    }

    @Test func nothingIsLostBetweenTheReadAndItsAnswer() throws {
        self.commit(3)
        let client = try self.client()
        self.log.holdReads()
        try self.subscribe(client, since: self.log.position(1))
        self.fixture.deliver([(self.channel, "\"live\"")])
        #expect(try client.receive().isEmpty)
        let late = self.fixture.commit([(self.channel, "\"late\"")])
        self.log.releaseReads()
        self.fixture.turn()
        // The log was ahead: what it brought is not delivered again when it comes live.
        #expect(try self.opening(client).events == ["2", "3", "4", "5"])
        self.fixture.push(late)
        #expect(try client.receive().isEmpty)
        self.fixture.deliver([(self.channel, "6")])
        #expect(try client.receiveMessages().map(\.payload) == ["6"])
    }

    @Test func whenTheLogFailsTheClientIsTold() throws {
        let client = try self.client()
        self.log.fail(with: RealtimeError(.logUnavailable, "no"))
        try self.subscribe(client)
        #expect(try self.opening(client).suback?.reasons == [.implementationSpecificError])
        self.log.fail(with: nil)
        try self.subscribe(client)
        #expect(try self.opening(client).suback?.reasons == [.success])
        self.fixture.deliver([(self.channel, "1")])
        #expect(try client.receiveMessages().map(\.payload) == ["1"])
    }

    @Test func subscribingAgainGoesOnWhereItStands() throws {
        let client = try self.client(from: 0)
        try self.subscribe(client)
        _ = try self.opening(client)
        self.fixture.deliver([(self.channel, "1"), (self.channel, "2")])
        #expect(try client.receiveMessages().count == 2)
        try self.subscribe(client)
        #expect(try self.opening(client).events.isEmpty)
        try self.subscribe(client, since: self.log.position(0))
        #expect(try self.opening(client).events == ["1", "2"])
        self.fixture.deliver([(self.channel, "3")])
        #expect(try client.receiveMessages().map(\.payload) == ["3"])
    }

    /// The area shows nothing from before the grant (`history: grant`).
    @Test(arguments: [UInt64(3), nil])
    func historyBeginsWithTheGrant(_ granted: UInt64?) throws {
        self.commit(5)
        self.log.set(self.channel, hidesHistory: true)
        let client = try self.client(from: granted)
        try self.subscribe(client, since: self.log.position(1))
        #expect(try self.opening(client).events == (granted == nil ? [] : ["4", "5"]))
    }

    /// However often it subscribes before its first answer has been held against the grant.
    @Test func historyBeginsWithTheGrantHoweverOftenItIsAsked() throws {
        self.commit(5)
        self.log.set(self.channel, hidesHistory: true)
        let client = try self.client(from: 3)
        self.log.holdReads()
        try self.subscribe(client, since: self.log.position(0))
        self.log.releaseReads()
        self.log.holdReads()
        try self.subscribe(client)
        self.log.releaseReads()
        self.fixture.turn()
        let events = try client.receiveMessages()
            .compactMap { try JSONValue.parse(Array($0.payload.utf8))["seq"]?.uint64 }
        #expect(events == [4, 5])
    }

    /// An area with both settings shows nothing from before a grant that has no position.
    @Test func theLastEventIsHistoryToo() throws {
        self.commit(2)
        self.log.set(self.channel, retainsLast: true, hidesHistory: true)
        let client = try self.client()
        try self.subscribe(client)
        #expect(try self.opening(client).events.isEmpty)
        self.fixture.deliver([(self.channel, "3")])
        #expect(try client.receiveMessages().map(\.payload) == ["3"])
    }

    @Test func manyPagesComeInOrder() throws {
        self.commit(1700)
        let client = try self.client()
        try self.subscribe(client, since: self.log.position(0))
        self.fixture.turn()
        #expect(try self.opening(client).events == (1...1700).map(String.init))
        #expect(self.log.reads >= 4)
        self.fixture.deliver([(self.channel, "1701")])
        #expect(try client.receiveMessages().map(\.payload) == ["1701"])
    }

    @Test func unsubscribingEndsAReplayUnderWay() throws {
        self.commit(3)
        let client = try self.client()
        self.log.holdReads()
        try self.subscribe(client, since: self.log.position(0))
        let filters = [ByteBuffer(string: self.topic)]
        try client.send(.unsubscribe(Unsubscribe(packetID: 2, filters: filters)))
        let packets = try client.receive()
        #expect(
            packets == [
                .suback(SubAck(packetID: 1, reasons: [.success])),
                .unsuback(UnsubAck(packetID: 2, reasons: [.success])),
            ]
        )
        self.log.releaseReads()
        self.fixture.turn()
        #expect(try client.receiveMessages().isEmpty)
        #expect(self.fixture.loop.fanouts.isEmpty)
    }
}
