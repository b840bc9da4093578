import MQTTCodec
import NIOCore
import Realtime
import Testing

@testable import Edge

/// What `realtime_history` answers.
@Suite struct HistoryTests {
    private let fixture: EdgeFixture
    private let channel: ChannelHash

    init() throws {
        self.fixture = try EdgeFixture { $0.maximumPayload = 64 * 1024 }
        self.channel = try EdgeFixture.hash(1)
    }

    private var log: FakeLog { self.fixture.delegate.log }

    private func ask(_ body: String, _ grant: Grant? = nil) throws -> ReplyBody {
        let grant = try grant ?? EdgeFixture.grant([(self.channel, .subscribe)])
        let client = try self.fixture.connected(.v5, grant)
        #expect(try client.subscribe("rt/demo/re/42/-/#") == [.success])
        try client.publish("rt/demo/up/42/realtime_history/r1", body, qos: .atMostOnce)
        self.fixture.turn()
        let message = try #require(try client.receiveMessages().first)
        #expect(message.topic == "rt/demo/re/42/-/r1")
        return try ReplyBody.parse(Array(message.payload.utf8), limit: 1 << 20)
    }

    private func channels(_ reply: ReplyBody) throws -> [JSONValue] {
        guard case .success(let payload) = reply else {
            Issue.record("\(reply)")
            return []
        }
        return try #require(try JSONValue.parse(payload.bytes)["channels"]?.array)
    }

    private func body(_ hash: ChannelHash, _ since: String) -> String {
        #"{"channels":[{"hash":"\#(hash)","since":"\#(since)"}]}"#
    }

    @Test func whatFollowsAPosition() throws {
        _ = self.fixture.commit((1...3).map { (self.channel, "\($0)") })
        let channels = try self.channels(self.ask(self.body(self.channel, self.log.position(1))))
        #expect(channels.count == 1)
        #expect(channels[0]["hash"]?.string == self.channel.description)
        #expect(channels[0]["position"]?.string == self.log.position(3))
        #expect(channels[0]["recovered"]?.string == "complete")
        #expect(channels[0]["events"]?.array?.compactMap { $0["seq"]?.uint64 } == [2, 3])
        #expect(channels[0]["more"]?.bool == false)
    }

    @Test func aPageSaysThatThereIsMore() throws {
        _ = self.fixture.commit((1...1500).map { (self.channel, "\($0)") })
        let channels = try self.channels(self.ask(self.body(self.channel, self.log.position(0))))
        #expect(channels[0]["events"]?.array?.count == 1000)
        #expect(channels[0]["more"]?.bool == true)
        #expect(channels[0]["position"]?.string == self.log.position(1000))
    }

    @Test func whatIsGoneIsAGap() throws {
        _ = self.fixture.commit((1...5).map { (self.channel, "\($0)") })
        self.log.trim(self.channel, keeping: 2)
        let channels = try self.channels(self.ask(self.body(self.channel, self.log.position(1))))
        #expect(channels[0]["recovered"]?.string == "gap")
        #expect(channels[0]["events"]?.array?.compactMap { $0["seq"]?.uint64 } == [4, 5])
    }

    @Test func eachChannelNeedsItsRight() throws {
        let foreign = try EdgeFixture.hash(2)
        _ = self.fixture.commit([(self.channel, "1"), (foreign, "1")])
        let body =
            #"{"channels":[{"hash":"\#(foreign)","since":"e:0"},{"hash":"\#(self.channel)","since":"e:0"}]}"#
        let channels = try self.channels(self.ask(body))
        #expect(channels[0]["error"]?["code"]?.string == "forbidden")
        #expect(channels[0]["events"] == nil)
        #expect(channels[1]["events"]?.array?.count == 1)
    }

    @Test(arguments: [UInt64(2), nil])
    func nothingFromBeforeTheGrantWhereTheAreaSaysSo(_ granted: UInt64?) throws {
        _ = self.fixture.commit((1...4).map { (self.channel, "\($0)") })
        self.log.set(self.channel, hidesHistory: true)
        let grant = try EdgeFixture.grant(
            [(self.channel, .subscribe)], epoch: granted.map { _ in self.log.epoch }, sequence: granted)
        let channels = try self.channels(self.ask(self.body(self.channel, self.log.position(0)), grant))
        let events = channels[0]["events"]?.array?.compactMap { $0["seq"]?.uint64 }
        #expect(events == (granted == nil ? [] : [3, 4]))
    }

    /// However many channels with however large events are asked for at once.
    @Test func theReplyHasALimitOfItsOwn() throws {
        let hashes = try (1...20).map { try EdgeFixture.hash($0) }
        let large = "\"" + String(repeating: "x", count: 60_000) + "\""
        _ = self.fixture.commit(hashes.map { ($0, large) })
        let entries = hashes.map { #"{"hash":"\#($0)","since":"\#(self.log.position(0))"}"# }
        let grant = try EdgeFixture.grant(hashes.map { ($0, .subscribe) })
        let fixture = self.fixture
        let client = try fixture.connected(.v5, grant)
        #expect(try client.subscribe("rt/demo/re/42/-/#") == [.success])
        for entries in [entries.prefix(10), entries.suffix(10)] {
            let body = #"{"channels":[\#(entries.joined(separator: ","))]}"#
            try client.publish("rt/demo/up/42/realtime_history/r1", body, qos: .atMostOnce)
            fixture.turn()
            let message = try #require(try client.receiveMessages().first)
            #expect(message.payload.utf8.count < 300 * 1024)
            let reply = try ReplyBody.parse(Array(message.payload.utf8), limit: 1 << 20)
            let channels = try self.channels(reply)
            #expect(channels.map { $0["events"]?.array?.count } == [1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
            #expect(channels.map { $0["more"]?.bool } == channels.indices.map { $0 >= 4 })
            let positions = channels.map { $0["position"]?.string }
            #expect(positions == channels.indices.map { self.log.position($0 < 4 ? 1 : 0) })
        }
    }

    @Test(arguments: [
        "", "1", "{}", #"{"channels":[]}"#, #"{"channels":[1]}"#, #"{"channels":[{"hash":"x","since":"e:0"}]}"#,
        #"{"channels":[{"hash":"gzlFP5ds6BbedNfmyA9NCaDMVic","since":"e"}]}"#,
    ])
    func malformedRequestsAreTold(_ body: String) throws {
        guard case .failure(let error) = try self.ask(body) else {
            Issue.record("it was answered")
            return
        }
        #expect(error.code == .payloadInvalid)
    }

    @Test func channelsHaveALimit() throws {
        let entry = #"{"hash":"\#(self.channel)","since":"e:0"}"#
        let body = #"{"channels":[\#(Array(repeating: entry, count: 121).joined(separator: ","))]}"#
        let grant = try EdgeFixture.grant([(self.channel, .subscribe)])
        let fixture = try EdgeFixture { $0.maximumPayload = 64 * 1024 }
        let client = try fixture.connected(.v5, grant)
        #expect(try client.subscribe("rt/demo/re/42/-/#") == [.success])
        try client.publish("rt/demo/up/42/realtime_history/r1", body)
        fixture.turn()
        let message = try #require(try client.receiveMessages().first)
        #expect(message.payload.contains(#""code":"limit""#))
    }
}
