import Testing

/// Bytes that break a rule of MQTT, what breaks it, and what they are answered.
struct BadPacket: CustomTestStringConvertible {
    let name: String
    let version: UInt8
    /// Made with a token that is good.
    let bytes: @Sendable (_ token: String) -> [UInt8]
    /// What comes before the end of the connection.
    let answers: [MQTTAnswer]

    var testDescription: String { "\(self.name), MQTT \(self.version == 5 ? "5" : "3.1.1")" }

    init(_ name: String, _ version: UInt8, _ answers: [MQTTAnswer], _ bytes: @escaping @Sendable (String) -> [UInt8]) {
        self.name = name
        self.version = version
        self.bytes = bytes
        self.answers = answers
    }

    /// The same in both versions of a connected client: 5 has a DISCONNECT with its reason, 3.1.1 can only be closed.
    static func both(_ name: String, _ reason: UInt8, _ bytes: @escaping @Sendable (UInt8) -> [UInt8]) -> [BadPacket] {
        [
            BadPacket(name, 4, []) { _ in bytes(4) },
            BadPacket(name, 5, [.disconnect(reason)]) { _ in bytes(5) },
        ]
    }

    /// A publish of MQTT 5 that differs in its properties or flags.
    static func publish(
        _ name: String,
        _ reason: UInt8,
        qos: UInt8 = 1,
        flags: UInt8 = 0,
        properties: [UInt8] = []
    ) -> BadPacket {
        BadPacket(name, 5, [.disconnect(reason)]) { _ in
            MQTTBytes.publish(Self.topic, 5, qos: qos, flags: flags, properties: properties)
        }
    }

    private static let topic = Array("rt/demo/in/gzlFP5ds6BbedNfmyA9NCaDMVic".utf8)
    private static let filter = Array("rt/demo/ch/gzlFP5ds6BbedNfmyA9NCaDMVic".utf8)

    /// What a connected client may not send: bytes of any packet.
    static let anyPacket: [BadPacket] =
        [
            BadPacket("a second CONNECT", 4, []) { MQTTBytes.connect(4, token: $0) },
            BadPacket("a second CONNECT", 5, [.disconnect(0x82)]) { MQTTBytes.connect(5, token: $0) },
        ]
        + [
            Self.both("the reserved type 0", 0x81) { _ in [0x00, 0] },
            Self.both("AUTH, which 3.1.1 does not have", 0x82) { _ in [0xF0, 0] },
            Self.both("a CONNACK", 0x82) { _ in [0x20, 2, 0, 0] },
            Self.both("PINGREQ with a flag", 0x81) { _ in [0xC1, 0] },
            Self.both("PINGREQ with a body", 0x81) { _ in [0xC0, 1, 0] },
            Self.both("SUBSCRIBE without its flag", 0x81) { _ in [0x80, 6, 0, 1, 0, 1, 97, 0] },
            Self.both("PUBREL without its flag", 0x81) { _ in [0x60, 2, 0, 1] },
            Self.both("a length of five bytes", 0x81) { _ in [0x30, 0x80, 0x80, 0x80, 0x80, 1] },
            Self.both("a length of more bytes than needed", 0x81) { _ in [0xC0, 0x80, 0] },
            Self.both("a length of 256 MiB", 0x95) { _ in [0x30, 0xFF, 0xFF, 0xFF, 0x7F] },
            Self.both("a packet beyond what is announced", 0x95) { version in
                MQTTBytes.publish(Self.topic, version, payload: Array(repeating: 97, count: 100_000))
            },
            Self.both("a packet shorter than its topic", 0x81) { _ in [0x30, 3, 0, 5, 97] },
            Self.both("PUBACK with packet id 0", 0x82) { _ in [0x40, 2, 0, 0] },
        ].flatMap(\.self)

    /// What a connected client may not publish.
    static let publishes: [BadPacket] =
        [
            Self.both("bytes that are no UTF-8 in a topic", 0x81) { MQTTBytes.publish([0xFF, 0xFE], $0) },
            Self.both("overlong UTF-8 in a topic", 0x81) { MQTTBytes.publish([0xC0, 0xAF], $0) },
            Self.both("a surrogate in a topic", 0x81) { MQTTBytes.publish([0xED, 0xA0, 0x80], $0) },
            Self.both("U+0000 in a topic", 0x81) { MQTTBytes.publish([97, 0, 98], $0) },
            Self.both("# in a topic", 0x90) { MQTTBytes.publish("rt/demo/in/#".utf8, $0) },
            Self.both("+ in a topic", 0x90) { MQTTBytes.publish("rt/demo/in/+".utf8, $0) },
            Self.both("an empty topic", 0x82) { MQTTBytes.publish([], $0) },
            Self.both("packet id 0", 0x82) { MQTTBytes.publish(Self.topic, $0, packetID: 0) },
            Self.both("QoS 3", 0x81) { MQTTBytes.publish(Self.topic, $0, qos: 3) },
            Self.both("DUP with QoS 0", 0x81) { MQTTBytes.publish(Self.topic, $0, qos: 0, flags: 8) },
        ].flatMap(\.self)
        + [
            Self.publish("QoS 2", 0x9B, qos: 2),
            Self.publish("RETAIN", 0x9A, flags: 1),
            Self.publish("a topic alias", 0x94, properties: [0x23, 0, 1]),
            Self.publish("topic alias 0", 0x82, properties: [0x23, 0, 0]),
            Self.publish("a subscription identifier", 0x82, properties: [0x0B, 1]),
            Self.publish("a property twice", 0x82, properties: [1, 0, 1, 0]),
            Self.publish("an unknown property", 0x81, properties: [0x7F, 0]),
            Self.publish("a response topic with a wildcard", 0x90, properties: [8] + MQTTBytes.text("#")),
            Self.publish("a user property that is no UTF-8", 0x81, properties: [0x26, 0, 1, 0xFF, 0, 1, 97]),
            BadPacket("a topic alias in place of a topic", 5, [.disconnect(0x94)]) { _ in
                MQTTBytes.publish([], 5, properties: [0x23, 0, 1])
            },
            BadPacket("properties longer than the packet", 5, [.disconnect(0x81)]) { _ in
                MQTTBytes.packet(0x32, MQTTBytes.text("a") + [0, 1, 0x7F])
            },
        ]

    /// What a connected client may not subscribe to.
    static let subscriptions: [BadPacket] =
        [
            Self.both("bytes that are no UTF-8 in a filter", 0x81) { MQTTBytes.subscribe([[0xFF]], $0) },
            Self.both("U+0000 in a filter", 0x81) { MQTTBytes.subscribe([[97, 0]], $0) },
            Self.both("an empty filter", 0x8F) { MQTTBytes.subscribe([[]], $0) },
            Self.both("no filter", 0x82) { MQTTBytes.subscribe([], $0) },
            Self.both("SUBSCRIBE with packet id 0", 0x82) { MQTTBytes.subscribe([Self.filter], $0, packetID: 0) },
            Self.both("reserved options", 0x81) { MQTTBytes.subscribe([Self.filter], $0, options: 0xC0) },
            Self.both("UNSUBSCRIBE with packet id 0", 0x82) { version in
                MQTTBytes.packet(0xA2, [0, 0] + MQTTBytes.properties(version) + MQTTBytes.text(Self.filter))
            },
        ].flatMap(\.self)
        + [
            BadPacket("a subscription identifier", 5, [.disconnect(0xA1)]) { _ in
                MQTTBytes.subscribe([Self.filter], 5, properties: [0x0B, 1])
            }
        ]
}
