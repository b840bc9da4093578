import Testing

/// Frames that break a rule of WebSocket or of MQTT in it, and what they are answered.
struct BadFrame: CustomTestStringConvertible {
    let name: String
    /// What a client sends once it is connected.
    let bytes: [UInt8]
    /// What comes before the end of the connection.
    let answers: [RawWebSocket.Frame]

    var testDescription: String { self.name }

    private init(_ name: String, _ bytes: [UInt8], _ answers: [RawWebSocket.Frame]) {
        self.name = name
        self.bytes = bytes
        self.answers = answers
    }

    /// Refused with a status code of RFC 6455, section 7.4.1.
    private init(_ name: String, _ code: UInt16, _ bytes: [UInt8]) {
        self.init(name, bytes, [.close(code)])
    }

    private static let ping = MQTTBytes.ping

    private static func frame(
        _ payload: [UInt8] = [],
        opcode: UInt8 = 2,
        isFinal: Bool = true,
        reserved: UInt8 = 0
    ) -> [UInt8] {
        WebSocketBytes.frame(payload, opcode: opcode, isFinal: isFinal, reserved: reserved)
    }

    /// The beginning of a fragmented message, whose payload is no whole packet.
    private static let begun = Self.frame([0xC0], isFinal: false)
    private static let length = MQTTBytes.length(200_000_000)

    /// Frames that RFC 6455 forbids.
    static let frames: [BadFrame] =
        [
            BadFrame("no mask", 1002, WebSocketBytes.frame(Self.ping, isMasked: false)),
            BadFrame("text", 1003, Self.frame(Self.ping, opcode: 1)),
            BadFrame("text within a message", 1003, Self.begun + Self.frame([0], opcode: 1)),
            BadFrame("a continuation of nothing", 1002, Self.frame(Self.ping, opcode: 0)),
            BadFrame("a message within another", 1002, Self.begun + Self.frame([0])),
            BadFrame("a ping of 126 bytes", 1002, Self.frame(Array(repeating: 0, count: 126), opcode: 9)),
            BadFrame("a fragmented ping", 1002, Self.frame(opcode: 9, isFinal: false)),
            BadFrame("a fragmented close", 1002, Self.frame([3, 0xE8], opcode: 8, isFinal: false)),
            BadFrame("a close of one byte", 1002, Self.frame([3], opcode: 8)),
            BadFrame("a length of 2^63", 1002, [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]),
            BadFrame("a length of 2^64-1", 1002, [0x82, 0xFF] + Array(repeating: 0xFF, count: 8) + [1, 2, 3, 4]),
            BadFrame(
                "fragments without a byte", 1008,
                Self.begun + Array(repeating: Self.frame(opcode: 0, isFinal: false), count: 1000).flatMap(\.self)
            ),
        ]
        + [0x10, 0x20, 0x40].map { BadFrame("the reserved bit \($0)", 1002, Self.frame(Self.ping, reserved: $0)) }
        + ([3, 7, 11, 15] as [UInt8]).map {
            BadFrame("the reserved opcode \($0)", 1002, Self.frame(Self.ping, opcode: $0))
        }

    /// Frames that are good, of packets that are not: the close has the packet's reason too.
    static let packets: [BadFrame] = [
        BadFrame("the reserved type 0", Self.frame([0, 0]), [.packet(.disconnect(0x81)), .close(4000 + 0x81)]),
        BadFrame(
            "a packet of 200 MB", Self.frame([0x30] + Self.length),
            [.packet(.disconnect(0x95)), .close(4000 + 0x95)]
        ),
        BadFrame(
            "a packet of 200 MB in fragments of a byte",
            Self.frame([0x30], isFinal: false)
                + Self.length.flatMap { Self.frame([$0], opcode: 0, isFinal: false) },
            [.packet(.disconnect(0x95)), .close(4000 + 0x95)]
        ),
        BadFrame(
            "a frame of 2^63-1 bytes whose packets are bad",
            [0x82, 0xFF, 0x7F] + Array(repeating: 0xFF, count: 7) + [0, 0, 0, 0] + Self.ping + [0, 0],
            [.packet(.pingresp), .packet(.disconnect(0x81)), .close(4000 + 0x81)]
        ),
    ]

    /// Nothing is wrong with these: control frames between fragments are answered at once.
    static let controls = BadFrame(
        "pings between the fragments of a packet",
        Self.begun + Self.frame([1, 2], opcode: 9) + Self.frame(opcode: 10)
            + Self.frame([0], opcode: 0) + Self.frame([3, 0xE8], opcode: 8),
        [.pong([1, 2]), .packet(.pingresp), .close(1000)]
    )
}
