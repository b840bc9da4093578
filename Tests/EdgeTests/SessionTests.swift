import MQTTCodec
import NIOCore
import Realtime
import Testing

@testable import Edge

@Suite struct SessionTests {
    private static let versions = [MQTTVersion.v3_1_1, .v5]

    // MARK: - Take-over

    @Test func theSameClientTakesOver() throws {
        let fixture = try EdgeFixture()
        let grant = try EdgeFixture.grant()
        let first = try fixture.connected(.v5, grant) { $0.clientID = "same" }
        let second = try fixture.connected(.v5, grant) { $0.clientID = "same" }
        guard case .disconnect(let disconnect)? = try first.receive().first else {
            Issue.record("the first one was told nothing")
            return
        }
        #expect(disconnect.reason == .sessionTakenOver)
        #expect(second.isOpen)
    }

    @Test(arguments: [("43", "abc", "same"), ("42", "other", "same"), ("42", "abc", "another")])
    func otherSessionsAreLeftAlone(_ user: String, _ session: String, _ clientID: String) throws {
        let fixture = try EdgeFixture()
        let first = try fixture.connected(.v5, try EdgeFixture.grant()) { $0.clientID = "same" }
        _ = try fixture.connected(.v5, try EdgeFixture.grant(user: user, session: session)) { $0.clientID = clientID }
        #expect(try first.receive().isEmpty)
        #expect(first.isOpen)
    }

    @Test(arguments: versions)
    func aLoopOfTakeOversIsBroken(_ version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        let grant = try EdgeFixture.grant()
        var last = try fixture.connected(version, grant) { $0.clientID = "same" }
        for _ in 0..<5 {
            last = try fixture.connected(version, grant) { $0.clientID = "same" }
        }
        let newcomer = try fixture.open(version)
        try newcomer.connect("good") { $0.clientID = "same" }
        guard case .connack(let connack)? = try newcomer.receive().first else {
            Issue.record("no CONNACK")
            return
        }
        #expect(connack.reason == (version == .v5 ? .quotaExceeded : .serverUnavailable))
        #expect(last.isOpen)
    }

    // MARK: - Wills

    private func will(_ topic: String) -> Will {
        Will(topic: ByteBuffer(string: topic), payload: ByteBuffer(string: "gone"))
    }

    @Test(arguments: versions)
    func aWillIsPublishedWhenTheConnectionBreaks(_ version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let client = try fixture.connected(version, try EdgeFixture.grant([(channel, .publish)])) {
            $0.will = self.will("rt/demo/in/\(channel)")
        }
        client.leave()
        fixture.turn()
        let message = try #require(fixture.delegate.ingested.first)
        #expect(message.channel == channel)
        #expect(message.payload == Array("gone".utf8))
        #expect(message.user == "42")
    }

    @Test func aWillIsForgottenWithADisconnectUnlessItIsAskedFor() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let grant = try EdgeFixture.grant([(channel, .publish)])
        let quiet = try fixture.connected(.v5, grant) { $0.will = self.will("rt/demo/in/\(channel)") }
        try quiet.send(.disconnect(Disconnect()))
        fixture.turn()
        #expect(fixture.delegate.ingested.isEmpty)
        let loud = try fixture.connected(.v5, grant) { $0.will = self.will("rt/demo/in/\(channel)") }
        try loud.send(.disconnect(Disconnect(reason: .disconnectWithWill)))
        fixture.turn()
        #expect(fixture.delegate.ingested.count == 1)
    }

    @Test func aWillWithoutItsRightIsRefused() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        fixture.allow(try EdgeFixture.grant([(channel, .subscribe)]))
        let client = try fixture.open()
        try client.connect("good") { $0.will = self.will("rt/demo/in/\(channel)") }
        guard case .connack(let connack)? = try client.receive().first else {
            Issue.record("no CONNACK")
            return
        }
        #expect(connack.reason == .notAuthorized)
        fixture.turn()
        #expect(fixture.delegate.ingested.isEmpty)
    }

    @Test func aRetainedWillIsRefusedInMQTT5() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        fixture.allow(try EdgeFixture.grant([(channel, .publish)]))
        let client = try fixture.open()
        try client.connect("good") {
            $0.will = self.will("rt/demo/in/\(channel)")
            $0.will?.retain = true
        }
        guard case .connack(let connack)? = try client.receive().first else {
            Issue.record("no CONNACK")
            return
        }
        #expect(connack.reason == .retainNotSupported)
    }

    // MARK: - Response topic

    private func ask(_ client: TestClient, responseTopic: String) throws {
        var properties = Properties()
        properties.responseTopic = responseTopic
        properties.correlationData = ByteBuffer(string: "tag")
        try client.send(
            .publish(
                Publish(
                    topic: ByteBuffer(string: "rt/demo/up/42/mod_quiz/r1"),
                    payload: ByteBuffer(string: "1"),
                    qos: .atLeastOnce,
                    packetID: 3,
                    properties: properties
                )
            )
        )
    }

    @Test func aReplyGoesToTheClientsOwnResponseTopic() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.connected(.v5, try EdgeFixture.grant(components: ["mod_quiz"]))
        #expect(try client.subscribe("rt/demo/re/42/\(client.id)/#") == [.success])
        try self.ask(client, responseTopic: "rt/demo/re/42/\(client.id)/mine")
        _ = try client.receive()
        try #require(fixture.delegate.upstream.first).sender.send(Array("{}".utf8))
        fixture.turn()
        guard case .publish(let reply)? = try client.receive().first else {
            Issue.record("no reply")
            return
        }
        #expect(String(buffer: reply.topic) == "rt/demo/re/42/\(client.id)/mine")
        #expect(reply.properties.correlationData.map { String(buffer: $0) } == "tag")
    }

    @Test(arguments: ["rt/demo/re/43/c1/x", "rt/demo/re/42/other/x", "rt/demo/ch/gzlFP5ds6BbedNfmyA9NCaDMVic", "x"])
    func aResponseTopicOfAnotherIsRefused(_ topic: String) throws {
        let fixture = try EdgeFixture()
        let client = try fixture.connected(.v5, try EdgeFixture.grant(components: ["mod_quiz"]))
        try self.ask(client, responseTopic: topic)
        guard case .puback(let acknowledgement)? = try client.receive().first else {
            Issue.record("no PUBACK")
            return
        }
        #expect(acknowledgement.reason == .notAuthorized)
        #expect(fixture.delegate.upstream.isEmpty)
    }

    // MARK: - Limits of the client and of ours

    @Test func eventsThatAClientCannotTakeAreNotSentToIt() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let grant = try EdgeFixture.grant([(channel, .subscribe)])
        let small = try fixture.connected(.v5, grant) { $0.properties.maximumPacketSize = 100 }
        let large = try fixture.connected(.v5, grant)
        for client in [small, large] {
            #expect(try client.subscribe("rt/demo/ch/\(channel)") == [.success])
        }
        let long = String(repeating: "x", count: 100)
        fixture.deliver([(channel, "1"), (channel, long), (channel, "2")])
        func payloads(_ packets: [Packet]) -> [String] {
            packets.compactMap { packet in
                if case .publish(let publish) = packet { String(buffer: publish.payload) } else { nil }
            }
        }
        #expect(payloads(try small.receive()) == ["1", "2"])
        #expect(payloads(try large.receive()) == ["1", long, "2"])
    }

    @Test func moreThanTheReceiveMaximumIsAProtocolErrorInMQTT5() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let client = try fixture.connected(.v5, try EdgeFixture.grant([(channel, .publish)]))
        fixture.delegate.holdCommits()
        for packetID in 1...1025 {
            try client.publish("rt/demo/in/\(channel)", packetID: UInt16(packetID))
        }
        guard case .disconnect(let disconnect)? = try client.receive().last else {
            Issue.record("no DISCONNECT")
            return
        }
        #expect(disconnect.reason == .receiveMaximumExceeded)
    }

    @Test func aQoS2PublishOfVersion311IsTakenOnce() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let client = try fixture.connected(.v3_1_1, try EdgeFixture.grant([(channel, .publish)]))
        for _ in 0..<2 {
            try client.publish("rt/demo/in/\(channel)", qos: .exactlyOnce, packetID: 4)
            #expect(try client.receive() == [.pubrec(Acknowledgement(packetID: 4))])
        }
        #expect(fixture.delegate.ingested.count == 1)
        try client.send(.pubrel(Acknowledgement(packetID: 4)))
        #expect(try client.receive() == [.pubcomp(Acknowledgement(packetID: 4))])
        try client.publish("rt/demo/in/\(channel)", qos: .exactlyOnce, packetID: 4)
        #expect(fixture.delegate.ingested.count == 2)
    }
}
