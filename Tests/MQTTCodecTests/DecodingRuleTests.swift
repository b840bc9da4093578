import MQTTCodec
import NIOCore
import Testing

/// Bytes that break one rule each.
struct BrokenPacket: Sendable, CustomStringConvertible {
    let rule: String
    let version: MQTTVersion
    let direction: PacketDecoder.Direction
    let hex: String
    let code: MQTTError.Code

    init(
        _ rule: String, _ version: MQTTVersion, _ hex: String, _ code: MQTTError.Code,
        _ direction: PacketDecoder.Direction = .fromClient
    ) {
        self.rule = rule
        self.version = version
        self.direction = direction
        self.hex = hex
        self.code = code
    }

    var description: String { rule }
}

@Suite struct DecodingRuleTests {
    private func error(
        _ hex: String, _ version: MQTTVersion, _ direction: PacketDecoder.Direction
    ) -> MQTTError? {
        var buffer = ByteBuffer(hex: hex)
        var decoder = PacketDecoder.expecting(buffer, direction, version)
        do throws(MQTTError) {
            _ = try decoder.decode(&buffer)
            return nil
        } catch {
            return error
        }
    }

    static let broken: [BrokenPacket] = [
        // Fixed header
        BrokenPacket("packet type 0", .v5, "00 00", .malformedPacket),
        BrokenPacket("AUTH in 3.1.1", .v3_1_1, "f0 00", .protocolError),
        BrokenPacket("DISCONNECT from a 3.1.1 server", .v3_1_1, "e0 00", .protocolError, .fromServer),
        BrokenPacket("CONNACK from a client", .v5, "20 03 00 00 00", .protocolError),
        BrokenPacket("SUBSCRIBE from a server", .v5, "82 07 0001 00 0001 61 00", .protocolError, .fromServer),
        BrokenPacket("CONNECT from a server", .v5, "10 00", .protocolError, .fromServer),
        BrokenPacket("remaining length of five bytes", .v5, "30 80 80 80 80 01", .malformedPacket),
        BrokenPacket("overlong remaining length", .v5, "c0 80 00", .malformedPacket),
        // CONNECT
        BrokenPacket("MQIsdp", .v3_1_1, "10 0f 0006 4d5149736470 03 02 003c 0001 61", .unsupportedVersion),
        BrokenPacket("other name", .v3_1_1, "10 0d 0004 4d515458 04 02 003c 0001 61", .unsupportedVersion),
        BrokenPacket("level 3", .v3_1_1, "10 0d 0004 4d515454 03 02 003c 0001 61", .unsupportedVersion),
        BrokenPacket("level 6", .v5, "10 0d 0004 4d515454 06 02 003c 0001 61", .unsupportedVersion),
        BrokenPacket("bridge level", .v3_1_1, "10 0d 0004 4d515454 84 02 003c 0001 61", .unsupportedVersion),
        BrokenPacket("reserved connect flag", .v3_1_1, "10 0d 0004 4d515454 04 03 003c 0001 61", .malformedPacket),
        BrokenPacket("will QoS without will", .v3_1_1, "10 0d 0004 4d515454 04 0a 003c 0001 61", .malformedPacket),
        BrokenPacket("will retain without will", .v3_1_1, "10 0d 0004 4d515454 04 22 003c 0001 61", .malformedPacket),
        BrokenPacket(
            "will QoS 3", .v3_1_1, "10 13 0004 4d515454 04 1e 003c 0001 61 0001 74 0001 21", .malformedPacket
        ),
        BrokenPacket(
            "will topic with a wildcard", .v3_1_1, "10 13 0004 4d515454 04 06 003c 0001 61 0001 23 0001 21",
            .topicNameInvalid
        ),
        BrokenPacket(
            "empty will topic", .v3_1_1, "10 12 0004 4d515454 04 06 003c 0001 61 0000 0001 21", .topicNameInvalid
        ),
        BrokenPacket(
            "3.1.1 password without user name", .v3_1_1, "10 10 0004 4d515454 04 42 003c 0001 61 0001 70",
            .malformedPacket
        ),
        BrokenPacket(
            "authentication data without method", .v5, "10 11 0004 4d515454 05 02 003c 04 160001 00 0000",
            .protocolError
        ),
        BrokenPacket("client id not UTF-8", .v3_1_1, "10 0d 0004 4d515454 04 02 003c 0001 ff", .malformedPacket),
        BrokenPacket("client id with U+0000", .v3_1_1, "10 0d 0004 4d515454 04 02 003c 0001 00", .malformedPacket),
        BrokenPacket(
            "client id longer than the packet", .v3_1_1, "10 0d 0004 4d515454 04 02 003c 0002 61", .malformedPacket),
        // CONNACK
        BrokenPacket("CONNACK flags", .v5, "20 03 02 00 00", .malformedPacket, .fromServer),
        BrokenPacket("session present in a refusal", .v5, "20 03 01 87 00", .protocolError, .fromServer),
        BrokenPacket("return code 6", .v3_1_1, "20 02 00 06", .malformedPacket, .fromServer),
        // PUBLISH
        BrokenPacket("QoS 3", .v5, "36 06 0001 61 0001 00", .malformedPacket),
        BrokenPacket("DUP with QoS 0", .v5, "38 04 0001 61 00", .malformedPacket),
        BrokenPacket("PUBLISH packet id 0", .v5, "32 06 0001 61 0000 00", .protocolError),
        BrokenPacket("# in a topic", .v5, "30 06 0003 612f23 00", .topicNameInvalid),
        BrokenPacket("+ in a topic", .v3_1_1, "30 05 0003 612f2b", .topicNameInvalid),
        BrokenPacket("U+0000 in a topic", .v3_1_1, "30 05 0003 610062", .malformedPacket),
        BrokenPacket("surrogate in a topic", .v3_1_1, "30 05 0003 eda080", .malformedPacket),
        BrokenPacket("overlong UTF-8 in a topic", .v3_1_1, "30 04 0002 c0af", .malformedPacket),
        BrokenPacket("empty topic", .v3_1_1, "30 02 0000", .protocolError),
        BrokenPacket("empty topic without alias", .v5, "30 03 0000 00", .protocolError),
        BrokenPacket("client's subscription identifier", .v5, "30 06 0001 61 02 0b01", .protocolError),
        BrokenPacket("response topic with wildcard", .v5, "30 08 0001 61 04 080001 23", .topicNameInvalid),
        // Acknowledgements
        BrokenPacket("PUBACK packet id 0", .v3_1_1, "40 02 0000", .protocolError),
        BrokenPacket("PUBACK reason", .v5, "40 03 0001 01", .protocolError),
        BrokenPacket("PUBREL reason", .v5, "62 03 0001 87", .protocolError),
        BrokenPacket("SUBACK reason", .v5, "90 04 0001 00 03", .protocolError, .fromServer),
        BrokenPacket("SUBACK 3.1.1 code", .v3_1_1, "90 03 0001 87", .malformedPacket, .fromServer),
        BrokenPacket("SUBACK without reasons", .v5, "90 03 0001 00", .protocolError, .fromServer),
        BrokenPacket("UNSUBACK without reasons", .v5, "b0 03 0001 00", .protocolError, .fromServer),
        BrokenPacket("DISCONNECT reason", .v5, "e0 01 10", .protocolError),
        BrokenPacket("AUTH reason", .v5, "f0 02 87 00", .protocolError),
        // SUBSCRIBE and UNSUBSCRIBE
        BrokenPacket("SUBSCRIBE packet id 0", .v3_1_1, "82 06 0000 0001 61 00", .protocolError),
        BrokenPacket("no filter", .v3_1_1, "82 02 0001", .protocolError),
        BrokenPacket("no filter in 5", .v5, "82 03 0001 00", .protocolError),
        BrokenPacket("empty filter", .v5, "82 06 0001 00 0000 00", .topicFilterInvalid),
        BrokenPacket("3.1.1 reserved options", .v3_1_1, "82 06 0001 0001 61 04", .malformedPacket),
        BrokenPacket("reserved options", .v5, "82 07 0001 00 0001 61 40", .malformedPacket),
        BrokenPacket("subscription QoS 3", .v5, "82 07 0001 00 0001 61 03", .protocolError),
        BrokenPacket("retain handling 3", .v5, "82 07 0001 00 0001 61 30", .protocolError),
        BrokenPacket("no local, shared", .v5, "82 10 0001 00 000a 2473686172652f672f61 04", .protocolError),
        BrokenPacket("UNSUBSCRIBE packet id 0", .v3_1_1, "a2 05 0000 0001 61", .protocolError),
        BrokenPacket("UNSUBSCRIBE without filter", .v3_1_1, "a2 02 0001", .protocolError),
    ]

    @Test(arguments: broken)
    func refuses(_ packet: BrokenPacket) {
        #expect(error(packet.hex, packet.version, packet.direction)?.code == packet.code)
    }

    /// Each of the sixteen flag values of each type with fixed flags, but the right one `[MQTT-2.1.3-1]`.
    @Test func refusesReservedFlags() {
        let right: [(type: UInt8, flags: UInt8, direction: PacketDecoder.Direction)] = [
            (1, 0, .fromClient), (2, 0, .fromServer), (4, 0, .fromClient), (5, 0, .fromClient), (6, 2, .fromClient),
            (7, 0, .fromClient), (8, 2, .fromClient), (9, 0, .fromServer), (10, 2, .fromClient),
            (11, 0, .fromServer), (12, 0, .fromClient), (13, 0, .fromServer), (14, 0, .fromClient),
            (15, 0, .fromClient),
        ]
        for (type, flags, direction) in right {
            for other in UInt8(0)..<16 where other != flags {
                var buffer = ByteBuffer(bytes: [type << 4 | other, 0])
                var decoder = PacketDecoder(
                    receiving: direction, maximumPacketSize: 100, version: type == 1 ? nil : .v5
                )
                let error = #expect(throws: MQTTError.self) { try decoder.decode(&buffer) }
                #expect(error?.code == .malformedPacket)
            }
        }
    }

    @Test func allowsAPasswordWithoutUserNameInVersion5() {
        #expect(error("10 11 0004 4d515454 05 42 003c 00 0001 61 0001 70", .v5, .fromClient) == nil)
    }

    @Test func passesSharedSubscriptionsAndOddWildcardsOn() {
        #expect(error("82 10 0001 00 000a 2473686172652f672f61 00", .v5, .fromClient) == nil)
        #expect(error("82 09 0001 00 0003 612362 00", .v5, .fromClient) == nil)
    }

    @Test func everyCodeIsItsReason() {
        #expect(MQTTError(.packetTooLarge, "").reason == .packetTooLarge)
        #expect(MQTTError(.unsupportedVersion, "").reason == .unsupportedProtocolVersion)
        #expect(MQTTError(.malformedPacket, "why").description == "MQTT 0x81: why")
    }
}
