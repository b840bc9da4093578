import MQTTCodec
import NIOCore
import Realtime
import Testing

@testable import Edge

@Suite struct SubscribeTests {
    private static let versions = [MQTTVersion.v3_1_1, .v5]

    @Test(arguments: versions)
    func eachFilterHasItsVerdict(_ version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        let (readable, writable) = (try EdgeFixture.hash(1), try EdgeFixture.hash(2))
        let client = try fixture.connected(
            version,
            try EdgeFixture.grant([(readable, .subscribe), (writable, .publish)])
        )
        let refused = version == .v5 ? ReasonCode.notAuthorized : .unspecifiedError
        let reasons = try client.subscribe(
            "rt/demo/ch/\(readable)", "rt/demo/ch/\(writable)", "rt/demo/ch/\(try EdgeFixture.hash(3))",
            "rt/other/ch/\(readable)", "#", "rt/demo/ch/+", "$SYS/#", "$share/g/rt/demo/ch/\(readable)",
            "rt/demo/re/42/-/#", "rt/demo/re/42/c1/x", "rt/demo/re/42/c2/#", "rt/demo/re/43/-/#", "rt/demo/ctl/x"
        )
        let expected: [ReasonCode] = [
            .success, refused, refused, refused, refused, refused, refused, refused, .success, .success, refused,
            refused, refused,
        ]
        #expect(reasons == expected)
        #expect(fixture.metrics.refusalsByCode == ["forbidden": 10])
        #expect(client.isOpen)
    }

    @Test func whoeverGoesOnWithRefusedFiltersIsClosed() throws {
        let fixture = try EdgeFixture { $0.maximumRefusedFilters = 3 }
        let client = try fixture.connected(.v5, try EdgeFixture.grant())
        #expect(try client.subscribe("#", "+") == [.notAuthorized, .notAuthorized])
        #expect(client.isOpen)
        #expect(try client.subscribe("#") == [.notAuthorized])
        #expect(!client.isOpen)
    }

    @Test(arguments: versions)
    func subscribersGetWhatIsDelivered(_ version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let topic = "rt/demo/ch/\(channel)"
        let client = try fixture.connected(version, try EdgeFixture.grant([(channel, .subscribe)]))
        fixture.deliver([(channel, "0")])
        #expect(try client.subscribe(topic, topic) == [.success, .success])
        fixture.deliver([(channel, "1"), (try EdgeFixture.hash(2), "other"), (channel, "2")])
        let expected = ["1", "2"].map { TestClient.Message(topic: topic, payload: $0) }
        #expect(try client.receiveMessages() == expected)
        #expect(fixture.metrics.deliveries == 2)
    }

    /// What was committed before a subscription is not for it: it starts from now.
    @Test func whatWaitsInTheInboxIsForEarlierSubscribersOnly() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let grant = try EdgeFixture.grant([(channel, .subscribe)])
        let earlier = try fixture.connected(.v5, grant)
        let later = try fixture.connected(.v5, grant)
        #expect(try earlier.subscribe("rt/demo/ch/\(channel)") == [.success])
        _ = fixture.inbox.push(fixture.commit([(channel, "1")]))
        #expect(try later.subscribe("rt/demo/ch/\(channel)") == [.success])
        fixture.turn()
        #expect(try earlier.receiveMessages().map(\.payload) == ["1"])
        #expect(try later.receiveMessages().isEmpty)
    }

    @Test func unsubscribingSaysWhetherThereWasOne() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let client = try fixture.connected(.v5, try EdgeFixture.grant([(channel, .subscribe)]))
        _ = try client.subscribe("rt/demo/ch/\(channel)", "rt/demo/re/42/-/#")
        let filters = ["rt/demo/ch/\(channel)", "rt/demo/ch/\(channel)", "rt/demo/re/42/-/#", "nonsense"]
        try client.send(.unsubscribe(Unsubscribe(packetID: 3, filters: filters.map { ByteBuffer(string: $0) })))
        guard case .unsuback(let unsuback)? = try client.receive().first else {
            Issue.record("there was no UNSUBACK")
            return
        }
        let none = ReasonCode.noSubscriptionExisted
        #expect(unsuback == UnsubAck(packetID: 3, reasons: [.success, none, .success, none]))
        fixture.deliver([(channel, "1")])
        #expect(try client.receiveMessages().isEmpty)
    }

    @Test func whoeverHasGoneIsNoSubscriber() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let grant = try EdgeFixture.grant([(channel, .subscribe)])
        let clients = try (0..<5).map { _ in try fixture.connected(.v5, grant) }
        for client in clients {
            #expect(try client.subscribe("rt/demo/ch/\(channel)") == [.success])
        }
        try clients[1].send(.disconnect(Disconnect()))
        clients[0].leave()
        fixture.turn()
        #expect(fixture.metrics.connections == 3)
        fixture.deliver([(channel, "1")])
        #expect(fixture.metrics.deliveries == 3)
        for client in clients[2...] {
            #expect(try client.receiveMessages().map(\.payload) == ["1"])
        }
        for client in clients[2...] {
            client.leave()
        }
        fixture.turn()
        fixture.deliver([(channel, "2")])
        #expect(fixture.metrics.connections == 0)
        #expect(fixture.metrics.deliveries == 3)
    }

    @Test func servicesSubscribeToTheirAnswersAndJobs() throws {
        let fixture = try EdgeFixture()
        let grant = try EdgeFixture.grant(user: "shop", role: .service, components: ["mod_quiz"])
        let client = try fixture.connected(.v5, grant)
        let reasons = try client.subscribe(
            "rt/demo/reply/shop/#", "rt/demo/reply/other/#", "rt/demo/work/mod_quiz/#", "rt/demo/work/mod_chat/#"
        )
        #expect(reasons == [.success, .notAuthorized, .success, .notAuthorized])
    }
}
