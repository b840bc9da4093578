/// MQTT over a connection whose every byte is the test's own.
final class RawClient {
    let connection: RawConnection
    let version: UInt8
    /// The Reason String of the last packet that had one.
    private(set) var reason: String?

    init(_ connection: RawConnection, version: UInt8) {
        self.connection = connection
        self.version = version
    }

    /// Connects with a grant.
    func connect(_ token: String) async throws {
        await self.connection.send(MQTTBytes.connect(self.version, token: token))
        let answer = await self.next()
        guard answer == .connack(0) else { throw BridgeError(description: "CONNECT: \(String(describing: answer))") }
    }

    /// The next packet; `nil` when the bridge has ended the connection.
    func next() async -> MQTTAnswer? {
        guard let first = await self.connection.take(1)?.first else { return nil }
        var count = 0
        for shift in stride(from: 0, to: 28, by: 7) {
            guard let digit = await self.connection.take(1)?.first else { return nil }
            count |= Int(digit & 127) << shift
            if digit < 128 { break }
        }
        guard let body = await self.connection.take(count) else { return nil }
        return MQTTAnswer(first, body, version: self.version, reason: &self.reason)
    }

    /// All packets until the bridge ends the connection.
    func rest() async -> [MQTTAnswer] {
        var answers: [MQTTAnswer] = []
        while let answer = await self.next() { answers.append(answer) }
        return answers
    }

    /// All packets until a ping is answered, which shows that the connection lives.
    func untilPong() async -> [MQTTAnswer] {
        await self.connection.send(MQTTBytes.ping)
        var answers: [MQTTAnswer] = []
        while let answer = await self.next() {
            answers.append(answer)
            if answer == .pingresp { break }
        }
        return answers
    }
}
