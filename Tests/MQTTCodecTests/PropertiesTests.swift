import MQTTCodec
import NIOCore
import Testing

@Suite struct PropertiesTests {
    /// A PUBLISH, or CONNECT or CONNACK, of version 5 around a property section.
    private func decode(
        _ hex: String, in name: String = "PUBLISH", _ direction: PacketDecoder.Direction = .fromServer
    ) throws(MQTTError) -> Packet? {
        var properties = ByteBuffer(hex: hex)
        var body: ByteBuffer
        let first: UInt8
        switch name {
        case "CONNECT": (first, body) = (0x10, ByteBuffer(hex: "0004 4d515454 05 02 0000"))
        case "CONNACK": (first, body) = (0x20, ByteBuffer(hex: "00 00"))
        case "SUBSCRIBE": (first, body) = (0x82, ByteBuffer(hex: "0001"))
        default: (first, body) = (0x30, ByteBuffer(hex: "0001 61"))
        }
        body.writeInteger(UInt8(properties.readableBytes))
        body.writeBuffer(&properties)
        if name == "CONNECT" { body.writeInteger(UInt16(0)) }
        if name == "SUBSCRIBE" { body.writeImmutableBuffer(ByteBuffer(hex: "0001 61 00")) }
        var buffer = ByteBuffer(bytes: [first, UInt8(body.readableBytes)])
        buffer.writeBuffer(&body)
        var decoder = PacketDecoder.expecting(buffer, direction, .v5)
        return try decoder.decode(&buffer)
    }

    private func code(
        _ hex: String, in name: String = "PUBLISH", _ direction: PacketDecoder.Direction = .fromServer
    ) -> MQTTError.Code? {
        do throws(MQTTError) {
            _ = try decode(hex, in: name, direction)
            return nil
        } catch {
            return error.code
        }
    }

    @Test(arguments: ["0100", "02 0000003c", "03 0001 61", "08 0001 61", "09 0001 61", "23 0001"])
    func refusesASecondOfThatKind(_ hex: String) {
        #expect(code(hex) == nil)
        #expect(code(hex + hex) == .protocolError)
    }

    @Test func takesUserPropertiesAndSubscriptionIdentifiersRepeatedly() throws {
        guard case .publish(let publish)? = try decode("26 0001 61 0001 62 0b01 26 0001 61 0001 63 0b02") else {
            Issue.record("no PUBLISH")
            return
        }
        #expect(publish.properties.userProperties.map { $0.0 + $0.1 } == ["ab", "ac"])
        #expect(publish.properties.userProperty("a") == "b")
        #expect(publish.properties.userProperty("z") == nil)
        #expect(publish.properties.subscriptionIdentifiers == [1, 2])
        #expect(code("0b01", in: "SUBSCRIBE", .fromClient) == nil)
        #expect(code("0b01 0b02", in: "SUBSCRIBE", .fromClient) == .protocolError)
    }

    @Test(arguments: [
        ("21 0000", "CONNECT"), ("27 00000000", "CONNECT"), ("17 02", "CONNECT"), ("19 02", "CONNECT"),
        ("24 02", "CONNACK"), ("25 02", "CONNACK"), ("28 02", "CONNACK"), ("29 02", "CONNACK"), ("2a 02", "CONNACK"),
        ("01 02", "PUBLISH"), ("23 0000", "PUBLISH"), ("0b 00", "PUBLISH"),
    ])
    func refusesValuesOutOfRange(hex: String, name: String) {
        #expect(code(hex, in: name, name == "CONNECT" ? .fromClient : .fromServer) == .protocolError)
    }

    @Test(arguments: [
        ("11 00000001", "PUBLISH"), ("23 0001", "CONNECT"), ("18 00000001", "CONNECT"), ("17 01", "CONNACK"),
        ("1f 0001 61", "SUBSCRIBE"),
    ])
    func refusesPropertiesOutOfPlace(hex: String, name: String) {
        let direction: PacketDecoder.Direction = name == "CONNECT" || name == "SUBSCRIBE" ? .fromClient : .fromServer
        #expect(code(hex, in: name, direction) == .protocolError)
    }

    @Test(arguments: [
        "04 00", "7f 00", "80 01 00", "03 0002 61", "02 0000", "0b 8000", "0b ffffffff7f", "26 0001 61", "03 0001 00",
    ])
    func refusesMalformedOnes(_ hex: String) {
        #expect(code(hex) == .malformedPacket)
    }

    @Test func refusesALengthBeyondThePacket() {
        var buffer = ByteBuffer(hex: "30 04 0001 61 05")
        var decoder = PacketDecoder(receiving: .fromServer, maximumPacketSize: 100, version: .v5)
        let error = #expect(throws: MQTTError.self) { try decoder.decode(&buffer) }
        #expect(error?.code == .malformedPacket)
    }

    @Test func everyConnectionPropertyComesBack() throws {
        let properties = Properties.with {
            $0.sessionExpiryInterval = .max
            $0.assignedClientIdentifier = "id"
            $0.serverKeepAlive = 25
            $0.authenticationMethod = "m"
            $0.authenticationData = ByteBuffer(hex: "0001")
            $0.responseInformation = "info"
            $0.serverReference = "ref"
            $0.reasonString = "why"
            $0.receiveMaximum = 1
            $0.topicAliasMaximum = 0
            $0.maximumQoS = .atMostOnce
            $0.retainAvailable = true
            $0.maximumPacketSize = 1
            $0.wildcardSubscriptionAvailable = false
            $0.subscriptionIdentifiersAvailable = false
            $0.sharedSubscriptionAvailable = false
        }
        var buffer = ByteBuffer()
        try buffer.writePacket(.connack(ConnAck(properties: properties)), version: .v5)
        var decoder = PacketDecoder(receiving: .fromServer, maximumPacketSize: 1000, version: .v5)
        let decoded = try decoder.decode(&buffer)
        #expect(decoded == .connack(ConnAck(properties: properties)))
        #expect(properties.sessionExpiryInterval == .max)
        #expect(properties.assignedClientIdentifier == "id")
        #expect(properties.serverKeepAlive == 25)
        #expect(properties.authenticationMethod == "m")
        #expect(properties.authenticationData == ByteBuffer(hex: "0001"))
        #expect(properties.responseInformation == "info")
        #expect(properties.serverReference == "ref")
        #expect(properties.reasonString == "why")
        #expect(properties.receiveMaximum == 1)
        #expect(properties.topicAliasMaximum == 0)
        #expect(properties.maximumQoS == .atMostOnce)
        #expect(properties.retainAvailable == true)
        #expect(properties.maximumPacketSize == 1)
        #expect(properties.wildcardSubscriptionAvailable == false)
        #expect(properties.subscriptionIdentifiersAvailable == false)
        #expect(properties.sharedSubscriptionAvailable == false)
    }

    @Test func everyMessagePropertyComesBack() throws {
        let properties = Properties.with {
            $0.payloadFormatIndicator = true
            $0.messageExpiryInterval = 60
            $0.topicAlias = 65_535
            $0.responseTopic = "re/1"
            $0.correlationData = ByteBuffer(hex: "ff")
            $0.contentType = "application/json"
            $0.userProperties = [("since", "e:1"), ("since", "e:2")]
        }
        let publish = Packet.publish(
            Publish(topic: ByteBuffer(string: "a"), payload: ByteBuffer(), properties: properties)
        )
        var buffer = ByteBuffer()
        try buffer.writePacket(publish, version: .v5)
        var decoder = PacketDecoder(receiving: .fromClient, maximumPacketSize: 1000, version: .v5)
        #expect(try decoder.decode(&buffer) == publish)
        #expect(properties.payloadFormatIndicator == true)
        #expect(properties.messageExpiryInterval == 60)
        #expect(properties.topicAlias == 65_535)
        #expect(properties.responseTopic == "re/1")
        #expect(properties.correlationData == ByteBuffer(hex: "ff"))
        #expect(properties.contentType == "application/json")
        #expect(properties.userProperties.map(\.1) == ["e:1", "e:2"])
    }

    @Test func settingReplacesAndNilRemoves() {
        var properties = Properties()
        #expect(properties.isEmpty)
        properties.receiveMaximum = 1
        properties.receiveMaximum = 2
        #expect(properties.receiveMaximum == 2)
        properties.maximumQoS = .exactlyOnce
        #expect(properties.maximumQoS == nil)
        properties.receiveMaximum = nil
        properties.requestProblemInformation = nil
        properties.requestResponseInformation = nil
        #expect(properties == Properties())
        #expect(Properties(userProperties: [("a", "b")]).userProperty("a") == "b")
    }
}
