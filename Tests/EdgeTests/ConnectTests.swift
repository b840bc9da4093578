import MQTTCodec
import NIOCore
import Realtime
import Testing

@testable import Edge

@Suite struct ConnectTests {
    private static let versions = [MQTTVersion.v3_1_1, .v5]

    /// What a CONNECT is answered with.
    private func answer(
        _ version: MQTTVersion,
        token: String?,
        in fixture: EdgeFixture,
        change: (inout Connect) -> Void = { _ in }
    ) throws -> (connack: ConnAck?, isOpen: Bool) {
        let client = try fixture.open(version)
        try client.connect(token, change: change)
        let packets = try client.receive()
        guard case .connack(let connack)? = packets.first, packets.count == 1 else { return (nil, client.isOpen) }
        return (connack, client.isOpen)
    }

    @Test(arguments: versions)
    func aGoodGrantConnects(_ version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        fixture.allow(try EdgeFixture.grant())
        let answer = try self.answer(version, token: "good", in: fixture)
        #expect(answer.connack?.reason == .success)
        #expect(answer.connack?.sessionPresent == false)
        #expect(answer.isOpen)
        #expect(fixture.metrics.connections == 1)
    }

    @Test(arguments: versions)
    func aBadGrantDoesNot(_ version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        let answer = try self.answer(version, token: "bad", in: fixture)
        #expect(answer.connack?.reason == .badUserNameOrPassword)
        #expect(!answer.isOpen)
        #expect(fixture.metrics.connections == 0)
        #expect(fixture.metrics.refusalsByCode == ["grant_invalid": 1])
    }

    @Test(arguments: [RealtimeError.Code.grantExpired, .grantRevoked])
    func anEndedGrantIsNotAuthorized(_ code: RealtimeError.Code) throws {
        for version in Self.versions {
            let fixture = try EdgeFixture()
            fixture.delegate.set(.failure(RealtimeError(code, "it has ended")), for: "ended")
            let answer = try self.answer(version, token: "ended", in: fixture)
            #expect(answer.connack?.reason == .notAuthorized)
            #expect(answer.connack?.properties.reasonString == (version == .v5 ? "\(code): it has ended" : nil))
            #expect(!answer.isOpen)
        }
    }

    /// A grant may end between the look at its token and the answer.
    @Test func aGrantThatHasJustEndedIsRefusedWithConnack() throws {
        let fixture = try EdgeFixture()
        fixture.allow(try EdgeFixture.grant(expires: EdgeFixture.now - 1))
        let answer = try self.answer(.v5, token: "good", in: fixture)
        #expect(answer.connack?.reason == .notAuthorized)
        #expect(!answer.isOpen)
    }

    @Test(arguments: versions)
    func withoutAPasswordNobodyConnects(_ version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        let answer = try self.answer(version, token: nil, in: fixture)
        #expect(answer.connack?.reason == .badUserNameOrPassword)
        #expect(fixture.metrics.refusalsByCode == ["unauthorized": 1])
    }

    @Test func whatIsNotServedIsAnnounced() throws {
        let fixture = try EdgeFixture()
        fixture.allow(try EdgeFixture.grant())
        let properties = try #require(try self.answer(.v5, token: "good", in: fixture).connack?.properties)
        #expect(properties.maximumQoS == .atLeastOnce)
        #expect(properties.retainAvailable == false)
        #expect(properties.subscriptionIdentifiersAvailable == false)
        #expect(properties.sharedSubscriptionAvailable == false)
        #expect(properties.wildcardSubscriptionAvailable == nil)
        #expect(properties.topicAliasMaximum == nil)
        #expect(properties.receiveMaximum == 1024)
        #expect(properties.maximumPacketSize == UInt32(fixture.configuration.maximumPacket))
        #expect(properties.assignedClientIdentifier == nil)
        #expect(properties.serverKeepAlive == nil)
        #expect(properties.responseInformation == nil)
    }

    @Test(arguments: [(0, 90), (91, 90), (.max, 90), (1, nil), (90, nil)] as [(UInt16, UInt16?)])
    func keepAliveIsGivenOnlyWhereNoneOrALongOneIsAsked(asked: UInt16, given: UInt16?) throws {
        let fixture = try EdgeFixture()
        fixture.allow(try EdgeFixture.grant())
        let answer = try self.answer(.v5, token: "good", in: fixture) { $0.keepAlive = asked }
        #expect(answer.connack?.properties.serverKeepAlive == given)
    }

    @Test func whatWasAskedForIsAnswered() throws {
        let fixture = try EdgeFixture()
        fixture.allow(try EdgeFixture.grant())
        let answer = try self.answer(.v5, token: "good", in: fixture) { connect in
            connect.clientID = ""
            connect.properties.requestResponseInformation = true
            connect.properties.sessionExpiryInterval = 600
        }
        let properties = try #require(answer.connack?.properties)
        #expect(properties.assignedClientIdentifier?.utf8.count == 22)
        #expect(properties.responseInformation == "rt/demo/re/42/-/")
        #expect(properties.sessionExpiryInterval == 0)
    }

    @Test func noClientIsCalledDash() throws {
        let fixture = try EdgeFixture()
        fixture.allow(try EdgeFixture.grant())
        let answer = try self.answer(.v5, token: "good", in: fixture) { $0.clientID = "-" }
        #expect(answer.connack?.reason == .clientIdentifierNotValid)
    }

    @Test(arguments: versions)
    func aWillThatIsNotAllowedIsRefused(_ version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        fixture.allow(try EdgeFixture.grant())
        let answer = try self.answer(version, token: "good", in: fixture) {
            $0.will = Will(topic: ByteBuffer(string: "rt/demo/ch/x"), payload: ByteBuffer())
        }
        #expect(answer.connack?.reason == .notAuthorized)
        #expect(fixture.metrics.connections == 0)
    }

    @Test func connectionsHaveALimit() throws {
        let fixture = try EdgeFixture { $0.maximumConnections = 1 }
        let first = try fixture.connected(.v5, try EdgeFixture.grant())
        #expect(try self.answer(.v5, token: "good", in: fixture).connack?.reason == .quotaExceeded)
        let older = try self.answer(.v3_1_1, token: "good", in: fixture)
        #expect(older.connack?.reason == .serverUnavailable)
        try first.send(.disconnect(Disconnect()))
        #expect(try self.answer(.v5, token: "good", in: fixture).connack?.reason == .success)
    }

    @Test func aPacketBeforeConnectClosesWithoutAWord() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.open()
        try client.send(.pingreq)
        #expect(try client.receiveBytes().isEmpty)
        #expect(!client.isOpen)
        #expect(fixture.metrics.protocolErrors == 1)
    }

    @Test func aSecondConnectCloses() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.connected(.v5, try EdgeFixture.grant())
        try client.connect("good")
        guard case .disconnect(let disconnect)? = try client.receive().last else {
            Issue.record("there was no DISCONNECT")
            return
        }
        #expect(disconnect.reason == .protocolError)
        #expect(!client.isOpen)
        #expect(fixture.metrics.connections == 0)
    }

    @Test func afterItTheLimitIsThatOfPayloads() throws {
        let fixture = try EdgeFixture { $0.maximumPayload = 64 * 1024 }
        let channel = try EdgeFixture.hash(1)
        let client = try fixture.connected(.v5, try EdgeFixture.grant([(channel, .publish)]))
        try client.publish("rt/demo/in/\(channel)", String(repeating: "a", count: 64 * 1024))
        #expect(fixture.delegate.ingested.first?.payload.count == 64 * 1024)
        try client.send(bytes: [0x30, 0x80, 0x80, 0x80, 0x01])
        guard case .disconnect(let disconnect)? = try client.receive().last else {
            Issue.record("there was no DISCONNECT")
            return
        }
        #expect(disconnect.reason == .packetTooLarge)
    }

    @Test func connectMayComeByteByByte() throws {
        let fixture = try EdgeFixture()
        fixture.allow(try EdgeFixture.grant())
        let client = try fixture.open()
        var buffer = ByteBuffer()
        let connect = Connect(clientID: "c1", password: ByteBuffer(string: "good"))
        try buffer.writePacket(.connect(connect), version: .v5)
        for byte in buffer.readableBytesView {
            #expect(try client.receiveBytes().isEmpty)
            try client.send(bytes: [byte])
        }
        guard case .connack(let connack)? = try client.receive().first else {
            Issue.record("there was no CONNACK")
            return
        }
        #expect(connack.reason == .success)
    }

    @Test func whoeverDoesNotConnectIsCutOff() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.open()
        fixture.advance(seconds: 9)
        try client.send(bytes: [0x10])
        #expect(client.isOpen)
        fixture.advance(seconds: 2)
        #expect(!client.isOpen)
    }
}

extension ConnectTests {
    /// The rule is [MQTT-3.1.2-24]: nothing can be told to it, so it is not left waiting.
    @Test func aClientThatCannotTakeItsConnackIsClosed() throws {
        let fixture = try EdgeFixture()
        fixture.allow(try EdgeFixture.grant())
        let client = try fixture.open(.v5)
        try client.connect("good") { $0.properties.maximumPacketSize = 8 }
        #expect(try client.receiveBytes().isEmpty)
        #expect(!client.isOpen)
        #expect(fixture.metrics.connections == 0)
    }

    @Test(arguments: [MQTTVersion.v3_1_1, .v5])
    func aConnectThatIsTooLargeIsToldSo(version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        let client = try fixture.open(version)
        // CONNECT claims 200 MB; nothing is said before its level has come.
        try client.send(bytes: [0x10, 0x80, 0x84, 0xAF, 0x5F, 0, 4])
        #expect(client.isOpen)
        try client.send(bytes: Array("MQTT".utf8) + [version == .v5 ? 5 : 4])
        #expect(!client.isOpen)
        #expect(fixture.metrics.protocolErrors == 1)
        guard case .connack(let connack)? = try client.receive().first else {
            Issue.record("there was no CONNACK")
            return
        }
        // 3.1.1 has its return code 3 for it.
        #expect(connack.reason == (version == .v5 ? .packetTooLarge : .serverUnavailable))
    }
}

extension ConnectTests {
    /// The rule is [MQTT-3.1.3-8] of 3.1.1.
    @Test func aSessionThatLastsNeedsAClientID() throws {
        let fixture = try EdgeFixture()
        fixture.allow(try EdgeFixture.grant())
        let client = try fixture.open(.v3_1_1)
        try client.connect("good") { ($0.clientID, $0.cleanStart) = ("", false) }
        #expect(try client.receiveBytes() == [0x20, 2, 0, 2])
        #expect(!client.isOpen)
    }

    @Test func whoeverLeavesAtOnceStillHasItsConnack() throws {
        let fixture = try EdgeFixture()
        fixture.allow(try EdgeFixture.grant())
        let client = try fixture.open(.v5)
        try client.send(
            .connect(Connect(version: .v5, clientID: "c1", username: "u", password: ByteBuffer(string: "good"))),
            .disconnect(Disconnect())
        )
        guard case .connack(let connack)? = try client.receive().first else {
            Issue.record("there was no CONNACK")
            return
        }
        #expect(connack.reason == .success)
        #expect(!client.isOpen)
    }

    /// The rule is that of MQTT 5, 3.14.2.2.2.
    @Test func aSessionExpiryAfterNoneIsAnError() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.connected(.v5, try EdgeFixture.grant())
        var properties = Properties()
        properties.sessionExpiryInterval = 1
        try client.send(.disconnect(Disconnect(properties: properties)))
        guard case .disconnect(let disconnect)? = try client.receive().last else {
            Issue.record("there was no DISCONNECT")
            return
        }
        #expect(disconnect.reason == .protocolError)
    }
}
