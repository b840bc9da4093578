import MQTTCodec
import NIOCore
import Realtime
import Testing

@testable import Edge

@Suite struct PublishTests {
    private static let versions = [MQTTVersion.v3_1_1, .v5]

    private func pubacks(_ packets: [Packet]) -> [Acknowledgement] {
        packets.compactMap { packet in
            if case .puback(let acknowledgement) = packet { return acknowledgement }
            return nil
        }
    }

    @Test(arguments: versions)
    func whatIsAllowedIsIngestedAndAcknowledged(_ version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let client = try fixture.connected(version, try EdgeFixture.grant([(channel, .publish)]))
        try client.publish("rt/demo/in/\(channel)", "{}", packetID: 9, key: version == .v5 ? "k" : nil)
        #expect(self.pubacks(try client.receive()) == [Acknowledgement(packetID: 9)])
        let message = try #require(fixture.delegate.ingested.first)
        #expect(message.channel == channel)
        #expect(message.payload == Array("{}".utf8))
        #expect(message.user == "42")
        #expect(message.key == (version == .v5 ? "k" : nil))
        try client.publish("rt/demo/in/\(channel)", qos: .atMostOnce)
        #expect(try client.receive().isEmpty)
        #expect(fixture.delegate.ingested.count == 2)
        #expect(fixture.metrics.publishesReceived == 2)
    }

    @Test(arguments: [
        "rt/demo/ch/gzlFP5ds6BbedNfmyA9NCaDMVic", "rt/demo/in/gzlFP5ds6BbedNfmyA9NCaDMVic", "elsewhere", "$SYS/x",
        "rt/demo/up/43/mod_quiz/r", "rt/demo/up/42/mod_chat/r", "rt/demo/re/42/c1/r", "rt/demo/notify/42/r",
        "rt/demo/ctl/x", "rt/demo/work/mod_quiz/j", "rt/demo/done/n/j",
    ])
    func whatIsNotAllowedIsRefusedWithItsReason(_ topic: String) throws {
        let fixture = try EdgeFixture()
        let client = try fixture.connected(.v5, try EdgeFixture.grant(components: ["mod_quiz"]))
        try client.publish(topic, packetID: 5)
        let acknowledgement = try #require(self.pubacks(try client.receive()).first)
        #expect(acknowledgement.packetID == 5)
        #expect(acknowledgement.reason == .notAuthorized)
        #expect(acknowledgement.properties.reasonString?.hasPrefix("forbidden: ") == true)
        #expect(fixture.delegate.ingested.isEmpty)
        #expect(fixture.delegate.upstream.isEmpty)
        #expect(fixture.metrics.refusalsByCode == ["forbidden": 1])
    }

    @Test func reasonsAreLeftOutForWhoeverAsksForNone() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.connected(.v5, try EdgeFixture.grant()) {
            $0.properties.requestProblemInformation = false
        }
        try client.publish("elsewhere")
        let expected = [Acknowledgement(packetID: 7, reason: .notAuthorized)]
        #expect(self.pubacks(try client.receive()) == expected)
    }

    @Test func version311IsToldOnDenied() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.connected(.v3_1_1, try EdgeFixture.grant())
        #expect(try client.subscribe("rt/demo/re/42/-/#") == [.success])
        try client.publish("elsewhere", packetID: 5)
        let packets = try client.receive()
        #expect(self.pubacks(packets) == [Acknowledgement(packetID: 5)])
        guard case .publish(let told)? = packets.last else {
            Issue.record("nothing was told")
            return
        }
        #expect(String(buffer: told.topic) == "rt/demo/re/42/-/_denied")
        let body = try ReplyBody.parse(Array(told.payload.readableBytesView), limit: 1024)
        #expect(body == .failure(RealtimeError(.forbidden, "no topic of this site")))
    }

    /// In QoS 0 there is no PUBACK to carry a reason.
    @Test func qos0IsToldOnDeniedToo() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.connected(.v5, try EdgeFixture.grant())
        #expect(try client.subscribe("rt/demo/re/42/c1/_denied") == [.success])
        try client.publish("elsewhere", qos: .atMostOnce)
        #expect(try client.receiveMessages().map(\.topic) == ["rt/demo/re/42/c1/_denied"])
    }

    @Test func repeatOffendersAreClosed() throws {
        let fixture = try EdgeFixture { $0.maximumRefusals = 3 }
        let client = try fixture.connected(.v5, try EdgeFixture.grant())
        for packetID in 1...2 as ClosedRange<UInt16> {
            try client.publish("elsewhere", packetID: packetID)
        }
        #expect(client.isOpen)
        try client.publish("elsewhere", packetID: 3)
        guard case .disconnect(let disconnect)? = try client.receive().last else {
            Issue.record("there was no DISCONNECT")
            return
        }
        #expect(disconnect.reason == .quotaExceeded)
        #expect(!client.isOpen)
    }

    @Test func payloadsHaveALimit() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let client = try fixture.connected(.v5, try EdgeFixture.grant([(channel, .publish)]))
        try client.publish("rt/demo/in/\(channel)", String(repeating: "a", count: 1025))
        let acknowledgement = try #require(self.pubacks(try client.receive()).first)
        #expect(acknowledgement.reason == .quotaExceeded)
        #expect(acknowledgement.properties.reasonString?.hasPrefix("payload_too_large") == true)
        #expect(client.isOpen)
    }

    @Test(arguments: [
        (RealtimeError.Code.payloadInvalid, ReasonCode.payloadFormatInvalid),
        (.logUnavailable, .implementationSpecificError),
        (.keyReused, .notAuthorized), (.limit, .quotaExceeded),
    ])
    func whatTheLogRefusesIsToldAfterwards(code: RealtimeError.Code, reason: ReasonCode) throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let client = try fixture.connected(.v5, try EdgeFixture.grant([(channel, .publish)]))
        fixture.delegate.refuse(with: RealtimeError(code, "no"))
        try client.publish("rt/demo/in/\(channel)")
        #expect(self.pubacks(try client.receive()).map(\.reason) == [reason])
    }

    @Test func acknowledgedIsWhatWasCommitted() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let client = try fixture.connected(.v5, try EdgeFixture.grant([(channel, .publish)]))
        fixture.delegate.holdCommits()
        try client.publish("rt/demo/in/\(channel)")
        #expect(try client.receive().isEmpty)
        fixture.delegate.releaseCommits()
        fixture.turn()
        #expect(self.pubacks(try client.receive()) == [Acknowledgement(packetID: 7)])
    }

    @Test func acknowledgementsOfWhoeverHasGoneAreDropped() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let client = try fixture.connected(.v5, try EdgeFixture.grant([(channel, .publish)]))
        fixture.delegate.holdCommits()
        try client.publish("rt/demo/in/\(channel)")
        try client.send(.disconnect(Disconnect()))
        fixture.delegate.releaseCommits()
        fixture.turn()
        #expect(try client.receive().isEmpty)
        #expect(!client.isOpen)
    }

    /// The rule is [MQTT-4.3.3-10].
    @Test func qos2OfVersion311IsTakenOnce() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let client = try fixture.connected(.v3_1_1, try EdgeFixture.grant([(channel, .publish)]))
        for _ in 0..<3 {
            try client.publish("rt/demo/in/\(channel)", qos: .exactlyOnce, packetID: 4)
            #expect(try client.receive() == [.pubrec(Acknowledgement(packetID: 4))])
        }
        #expect(fixture.delegate.ingested.count == 1)
        try client.send(.pubrel(Acknowledgement(packetID: 4)))
        #expect(try client.receive() == [.pubcomp(Acknowledgement(packetID: 4))])
        try client.publish("rt/demo/in/\(channel)", qos: .exactlyOnce, packetID: 4)
        #expect(fixture.delegate.ingested.count == 2)
    }

    @Test func upstreamMessagesAreAnsweredOnTheirReplyTopic() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.connected(.v5, try EdgeFixture.grant(components: ["mod_quiz"]))
        #expect(try client.subscribe("rt/demo/re/42/c1/#") == [.success])
        try client.publish("rt/demo/up/42/mod_quiz/r1", #"{"a":1}"#)
        #expect(self.pubacks(try client.receive()).map(\.reason) == [.success])
        let (message, sender) = try #require(fixture.delegate.upstream.first)
        #expect(message.user == "42")
        #expect(message.session == "abc")
        #expect(message.client == "c1")
        #expect(message.component.rawValue == "mod_quiz")
        #expect(message.request == "r1")
        sender.send(Array("answer".utf8))
        fixture.turn()
        let expected = TestClient.Message(topic: "rt/demo/re/42/c1/r1", payload: "answer")
        #expect(try client.receiveMessages() == [expected])
    }

    @Test func repliesGoOnlyToWhoeverSubscribedToThem() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.connected(.v5, try EdgeFixture.grant(components: ["mod_quiz"]))
        #expect(try client.subscribe("rt/demo/re/42/-/r2") == [.success])
        for request in ["r1", "r2"] {
            try client.publish("rt/demo/up/42/mod_quiz/\(request)", qos: .atMostOnce)
        }
        for (_, sender) in fixture.delegate.upstream { sender.send(Array("1".utf8)) }
        fixture.turn()
        #expect(try client.receiveMessages().map(\.topic) == ["rt/demo/re/42/-/r2"])
    }

    @Test func upstreamMessagesHaveARate() throws {
        let fixture = try EdgeFixture { $0.upstreamPerSecond = 1 }
        let client = try fixture.connected(.v5, try EdgeFixture.grant(components: ["mod_quiz"]))
        var refused = 0
        for packetID in 1...12 as ClosedRange<UInt16> {
            try client.publish("rt/demo/up/42/mod_quiz/r\(packetID)", packetID: packetID)
            refused += self.pubacks(try client.receive()).count { $0.reason == .quotaExceeded }
        }
        // The wall clock may go on meanwhile: two at once, and one a second.
        #expect(refused >= 6)
        #expect(fixture.delegate.upstream.count == 12 - refused)
    }

    @Test func servicesNotify() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.connected(.v5, try EdgeFixture.grant(user: "shop", role: .service))
        #expect(try client.subscribe("rt/demo/reply/shop/#") == [.success])
        try client.publish("rt/demo/notify/shop/r1", "{}")
        try client.publish("rt/demo/notify/other/r1", "{}", packetID: 8)
        #expect(self.pubacks(try client.receive()).map(\.reason) == [.success, .notAuthorized])
        let call = try #require(fixture.delegate.notified.first)
        #expect(call.account == "shop")
        #expect(call.body == Array("{}".utf8))
        call.sender.send(Array("done".utf8))
        fixture.turn()
        let expected = TestClient.Message(topic: "rt/demo/reply/shop/r1", payload: "done")
        #expect(try client.receiveMessages() == [expected])
    }
}
