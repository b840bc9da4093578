/// First bytes that are no CONNECT that can be accepted.
extension BadPacket {
    private static func connect(_ name: String, _ version: UInt8, level: UInt8) -> BadPacket {
        BadPacket("protocol \(name) \(level)", version, [.connack(1)]) {
            MQTTBytes.connect(level, token: $0, name: name)
        }
    }

    /// Refused in the words of 3.1.1, which every client knows.
    static let protocols: [BadPacket] = [
        Self.connect("MQIsdp", 4, level: 3), Self.connect("MQTT", 4, level: 3), Self.connect("MQTT", 4, level: 0),
        Self.connect("MQTT", 4, level: 6), Self.connect("MQTT", 4, level: 0x84), Self.connect("MQTX", 4, level: 4),
        Self.connect("mqtt", 4, level: 4), Self.connect("", 4, level: 4),
    ]

    /// Without a CONNECT nobody knows which version would be understood.
    static let beforeConnect: [BadPacket] = [
        BadPacket("PINGREQ first", 4, []) { _ in MQTTBytes.ping },
        BadPacket("PUBLISH first", 4, []) { _ in MQTTBytes.publish("rt/demo/in/x".utf8, 4) },
        BadPacket("SUBSCRIBE first", 4, []) { _ in MQTTBytes.subscribe([Array("#".utf8)], 4) },
        BadPacket("DISCONNECT first", 4, []) { _ in [0xE0, 0] },
        BadPacket("PUBLISH ahead of a good CONNECT", 4, []) {
            MQTTBytes.publish("rt/demo/in/x".utf8, 4) + MQTTBytes.connect(4, token: $0)
        },
        BadPacket("TLS", 4, []) { _ in [0x16, 3, 1, 0, 0xA5, 1, 0, 0, 0xA1] },
        BadPacket("HTTP", 4, []) { _ in Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8) },
    ]

    /// A CONNECT that is refused in both versions, with the return code of 3.1.1 and the reason of 5.
    private static func refused(
        _ name: String,
        _ code: UInt8,
        _ reason: UInt8,
        _ bytes: @escaping @Sendable (UInt8, String) -> [UInt8]
    ) -> [BadPacket] {
        [
            BadPacket(name, 4, [.connack(code)]) { bytes(4, $0) },
            BadPacket(name, 5, [.connack(reason)]) { bytes(5, $0) },
        ]
    }

    private static func connect(
        _ name: String,
        _ reason: UInt8,
        properties: [UInt8]
    ) -> BadPacket {
        BadPacket(name, 5, [.connack(reason)]) { MQTTBytes.connect(5, token: $0, properties: properties) }
    }

    static let connects: [BadPacket] =
        [
            Self.refused("a reserved flag", 5, 0x81) { MQTTBytes.connect($0, token: $1, flags: 1) },
            Self.refused("a client id that is no UTF-8", 5, 0x81) {
                MQTTBytes.connect($0, token: $1, clientID: [0xFF])
            },
            Self.refused("U+0000 in the client id", 5, 0x81) {
                MQTTBytes.connect($0, token: $1, clientID: [97, 0])
            },
            Self.refused("the client id -", 2, 0x85) { MQTTBytes.connect($0, token: $1, clientID: [0x2D]) },
            Self.refused("no password", 4, 0x86) { version, _ in MQTTBytes.connect(version, token: nil) },
            Self.refused("a password that is no grant", 4, 0x86) { version, _ in
                MQTTBytes.connect(version, token: "secret")
            },
            Self.refused("a byte behind the last field", 5, 0x81) { version, token in
                let body = MQTTBytes.connect(version, token: token).dropFirst(3)
                return MQTTBytes.packet(0x10, body + [0])
            },
            Self.refused("a byte less than the last field", 5, 0x81) { version, token in
                let body = MQTTBytes.connect(version, token: token).dropFirst(3)
                return MQTTBytes.packet(0x10, Array(body.dropLast()))
            },
            // The greatest CONNECT is 16 KiB, whatever it holds.
            Self.refused("a client id of 65,535 bytes", 3, 0x95) {
                MQTTBytes.connect($0, token: $1, clientID: Array(repeating: 97, count: 65_535))
            },
            Self.refused("a token of 40,000 bytes", 3, 0x95) { version, _ in
                MQTTBytes.connect(version, token: String(repeating: "a", count: 40_000))
            },
            Self.refused("a claim of 200 MB", 3, 0x95) { version, token in
                [0x10] + MQTTBytes.length(200_000_000) + MQTTBytes.connect(version, token: token).dropFirst(3)
            },
        ].flatMap(\.self)
        + [
            Self.connect("enhanced authentication", 0x8C, properties: [0x15] + MQTTBytes.text("SCRAM-SHA-1")),
            Self.connect("authentication data without a method", 0x82, properties: [0x16, 0, 1, 97]),
            Self.connect("Receive Maximum 0", 0x82, properties: [0x21, 0, 0]),
            Self.connect("Maximum Packet Size 0", 0x82, properties: [0x27, 0, 0, 0, 0]),
            Self.connect("a property twice", 0x82, properties: [0x21, 0, 1, 0x21, 0, 1]),
            Self.connect("a property of another packet", 0x82, properties: [0x23, 0, 1]),
        ]

    /// Wills that the grant would not allow as a publish.
    static let wills: [BadPacket] = [
        "rt/demo/ch/gzlFP5ds6BbedNfmyA9NCaDMVic", "rt/demo/in/gzlFP5ds6BbedNfmyA9NCaDMVic",
        "rt/demo/up/43/mod_quiz/r1", "rt/demo/up/42/mod_chat/r1", "rt/demo/re/42/-/r1", "rt/demo/notify/42/r1",
        "rt/demo/reply/42/r1", "rt/demo/work/mod_quiz/j1", "rt/demo/done/n1/j1", "rt/demo/ctl/n1",
        "rt/other/up/42/mod_quiz/r1", "$SYS/broker", "unknown/topic",
    ].flatMap { topic in
        Self.refused("the will \(topic)", 5, 0x87) { MQTTBytes.connect($0, token: $1, will: (topic, "1")) }
    }

    /// Wills that no grant could allow.
    static let malformedWills: [BadPacket] =
        [
            Self.refused("a will with a wildcard", 5, 0x90) {
                MQTTBytes.connect($0, token: $1, will: ("rt/demo/in/#", "1"))
            },
            Self.refused("a will without a topic", 5, 0x90) { MQTTBytes.connect($0, token: $1, will: ("", "1")) },
            Self.refused("a will's QoS without a will", 5, 0x81) { MQTTBytes.connect($0, token: $1, flags: 0x08) },
            Self.refused("a will's RETAIN without a will", 5, 0x81) { MQTTBytes.connect($0, token: $1, flags: 0x20) },
        ].flatMap(\.self)
}
