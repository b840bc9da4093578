/// A WebSocket over a connection whose every byte is the test's own.
final class RawWebSocket {
    /// A frame of the bridge.
    enum Frame: Hashable {
        case packet(MQTTAnswer)
        case pong([UInt8])
        /// The status code; `nil` where there is none.
        case close(UInt16?)
        case other(opcode: UInt8)
    }

    let connection: RawConnection
    let version: UInt8
    /// The Reason String of the last packet that had one.
    private(set) var reason: String?

    init(_ connection: RawConnection, version: UInt8) {
        self.connection = connection
        self.version = version
    }

    /// Shakes hands.
    func open() async throws {
        await self.connection.send(WebSocketBytes.handshake())
        let head = await self.connection.take(through: Array("\r\n\r\n".utf8)) ?? []
        guard head.starts(with: "HTTP/1.1 101 ".utf8) else {
            throw BridgeError(description: "handshake: \(String(decoding: head, as: UTF8.self))")
        }
    }

    /// Shakes hands and connects with a grant.
    func connect(_ token: String) async throws {
        try await self.open()
        await self.connection.send(WebSocketBytes.frame(MQTTBytes.connect(self.version, token: token)))
        let answer = await self.next()
        guard answer == .packet(.connack(0)) else {
            throw BridgeError(description: "CONNECT: \(String(describing: answer))")
        }
    }

    /// The next frame; `nil` when the bridge has ended the connection.
    func next() async -> Frame? {
        guard let header = await self.connection.take(2) else { return nil }
        var count = Int(header[1])
        if count >= 126 {
            guard let long = await self.connection.take(count == 126 ? 2 : 8) else { return nil }
            count = long.reduce(0) { $0 << 8 | Int($1) }
        }
        guard let payload = await self.connection.take(count) else { return nil }
        switch header[0] {
        case 0x82:
            // The bridge gives each packet a frame of its own.
            let size = payload.dropFirst().prefix(4).prefix { $0 >= 128 }.count + 2
            guard let first = payload.first else { return .other(opcode: 2) }
            let body = Array(payload.dropFirst(size))
            return .packet(MQTTAnswer(first, body, version: self.version, reason: &self.reason))
        case 0x88:
            return .close(payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : nil)
        case 0x8A:
            return .pong(payload)
        case let first:
            return .other(opcode: first & 0x0F)
        }
    }

    /// All frames until the bridge ends the connection.
    func rest() async -> [Frame] {
        var frames: [Frame] = []
        while let frame = await self.next() { frames.append(frame) }
        return frames
    }
}
