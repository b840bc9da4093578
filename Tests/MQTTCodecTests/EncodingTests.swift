import MQTTCodec
import NIOCore
import Testing

@Suite struct EncodingTests {
    private func code(_ packet: Packet, _ version: MQTTVersion = .v5) -> MQTTError.Code? {
        var buffer = ByteBuffer(string: "kept")
        do throws(MQTTError) {
            try buffer.writePacket(packet, version: version)
            return nil
        } catch {
            // A failure leaves the buffer as it was.
            return buffer == ByteBuffer(string: "kept") ? error.code : nil
        }
    }

    @Test(arguments: [MQTTVersion.v3_1_1, .v5], [QoS.atMostOnce, .atLeastOnce])
    func theHotPathWritesTheSame(version: MQTTVersion, qos: QoS) throws {
        for count in [0, 1, 120, 127, 128, 16_380, 16_384, 70_000] {
            let payload = [UInt8](repeating: 7, count: count)
            let packetID: UInt16 = qos == .atMostOnce ? 0 : 99
            let publish = Publish(
                topic: ByteBuffer(string: "rt/demo"), payload: ByteBuffer(bytes: payload), qos: qos, packetID: packetID
            )
            var expected = ByteBuffer()
            try expected.writePacket(.publish(publish), version: version)
            var arrays = ByteBuffer()
            try arrays.writePublish(
                topic: Array("rt/demo".utf8), payload: payload, qos: qos, packetID: packetID, version: version
            )
            var buffers = ByteBuffer()
            try buffers.writePublish(
                topic: publish.topic, payload: publish.payload, qos: qos, packetID: packetID, version: version
            )
            #expect(arrays == expected)
            #expect(buffers == expected)
        }
    }

    @Test func theHotPathRefusesWhatIsNoPublish() {
        var buffer = ByteBuffer()
        #expect(throws: MQTTError.self) { try buffer.writePublish(topic: [], payload: [], version: .v5) }
        #expect(throws: MQTTError.self) {
            try buffer.writePublish(topic: [97], payload: [], qos: .atLeastOnce, version: .v5)
        }
        #expect(throws: MQTTError.self) {
            try buffer.writePublish(topic: [97], payload: [], duplicate: true, version: .v5)
        }
        #expect(throws: MQTTError.self) {
            try buffer.writePublish(topic: Array(repeating: 97, count: 65_536), payload: [], version: .v5)
        }
        #expect(buffer.readableBytes == 0)
    }

    @Test func version311LeavesOutWhatItDoesNotHave() throws {
        let properties = Properties.with { $0.userProperties = [("a", "b")] }
        var buffer = ByteBuffer()
        try buffer.writePacket(
            .puback(Acknowledgement(packetID: 1, reason: .notAuthorized, properties: properties)), version: .v3_1_1
        )
        try buffer.writePacket(
            .suback(SubAck(packetID: 1, reasons: [.notAuthorized, .grantedQoS1], properties: properties)),
            version: .v3_1_1
        )
        try buffer.writePacket(.unsuback(UnsubAck(packetID: 1, reasons: [.success])), version: .v3_1_1)
        try buffer.writePacket(.disconnect(Disconnect(reason: .serverBusy)), version: .v3_1_1)
        #expect(buffer.hex == "40020001" + "900400018001" + "b0020001" + "e000")
    }

    @Test(arguments: [
        (ReasonCode.success, UInt8(0)), (.unsupportedProtocolVersion, 1), (.clientIdentifierNotValid, 2),
        (.serverUnavailable, 3), (.serverBusy, 3), (.quotaExceeded, 3), (.badUserNameOrPassword, 4),
        (.notAuthorized, 5), (.banned, 5),
    ])
    func mapsReasonsToReturnCodes(reason: ReasonCode, code: UInt8) throws {
        var buffer = ByteBuffer()
        try buffer.writePacket(.connack(ConnAck(reason: reason)), version: .v3_1_1)
        #expect(Array(buffer.readableBytesView) == [0x20, 2, 0, code])
    }

    @Test func refusesWhatCannotBeWritten() {
        let long = String(repeating: "x", count: 65_536)
        #expect(code(.connect(Connect(clientID: long))) == .malformedPacket)
        #expect(code(.connect(Connect(clientID: "a\0b"))) == .malformedPacket)
        #expect(code(.disconnect(Disconnect(properties: .with { $0.reasonString = long }))) == .malformedPacket)
        #expect(code(.auth(Auth()), .v3_1_1) == .protocolError)
        #expect(code(.puback(Acknowledgement(packetID: 0))) == .protocolError)
        #expect(code(.subscribe(Subscribe(packetID: 1, filters: []))) == .protocolError)
        #expect(code(.unsubscribe(Unsubscribe(packetID: 1, filters: []))) == .protocolError)
        #expect(code(.publish(Publish(topic: ByteBuffer(), payload: ByteBuffer()))) == .protocolError)
        let unnamed = Connect(version: .v3_1_1, password: ByteBuffer(string: "p"))
        #expect(code(.connect(unnamed), .v3_1_1) == .protocolError)
        let misplaced = Properties.with { $0.topicAlias = 1 }
        #expect(code(.puback(Acknowledgement(packetID: 1, properties: misplaced))) == .protocolError)
    }
}
