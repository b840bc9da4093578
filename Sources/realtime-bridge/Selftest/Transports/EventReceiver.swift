import AsyncHTTPClient
import MQTTClient
import NIOCore
import Realtime

/// Receives the events of one channel over one transport, until it is cancelled or the connection is lost.
struct EventReceiver: Sendable {
    /// Seconds that a poll waits: less than what a request may take in all.
    private static let wait = 20

    let access: GrantedAccess
    let url: String
    let topic: String
    let hash: String
    let position: String?

    init(access: GrantedAccess, url: String) throws {
        guard let channel = access.channels.first else {
            throw CommandFailure("the bridge's answer names no channel")
        }
        self.access = access
        self.url = url
        self.topic = channel.topic
        self.hash = channel.hash
        self.position = channel.position
    }

    /// Receives.
    ///
    /// - Parameters:
    ///   - transport: Over what.
    ///   - ready: Called once what is sent from now on will come.
    ///   - take: Called with each event, and with whatever the bridge says in the place of one.
    /// - Throws: ``CommandFailure`` in any case: it never ends by itself.
    func receive(
        over transport: SelftestTransport,
        ready: @Sendable () -> Void,
        take: @Sendable (JSONValue) throws -> Void
    ) async throws {
        switch transport {
        case .mqtt: try await self.subscribe(ready: ready, take: take)
        case .stream: try await self.stream(ready: ready, take: take)
        case .poll: try await self.poll(ready: ready, take: take)
        }
        throw CommandFailure("the bridge has ended the connection")
    }

    private func subscribe(ready: () -> Void, take: (JSONValue) throws -> Void) async throws {
        try await self.access.withConnection { connection in
            let answer = try await connection.subscribe([self.topic])
            guard answer.reasons.allSatisfy({ !$0.isError }) else {
                throw CommandFailure("the bridge refused the subscription: \(answer.reasons)")
            }
            ready()
            for try await message in connection.messages {
                try take(try JSONValue.parse(Array(message.payload.readableBytesView)))
            }
        }
    }

    private func stream(ready: () -> Void, take: (JSONValue) throws -> Void) async throws {
        let place = self.position.map { "\(self.hash)@\($0)" } ?? self.hash
        let client = APIClient(url: self.url, key: self.access.token)
        var reader = ServerSentEventReader()
        for try await buffer in try await client.stream("/v1/stream?channel=\(place)") {
            for message in try reader.read(buffer.readableBytesView) {
                let json = try JSONValue.parse(message.data)
                guard message.event == "open" else {
                    try take(json)
                    continue
                }
                if let error = json["channels"]?.array?.first?["error"] { throw Self.refusal(error) }
                ready()
            }
        }
    }

    private func poll(ready: () -> Void, take: (JSONValue) throws -> Void) async throws {
        let client = APIClient(url: self.url, key: self.access.token)
        var since = self.position
        ready()
        while true {
            var body = JSONWriter()
            body.object { json in
                json.key("channels")
                json.array { list in
                    list.object { channel in
                        channel.key("hash")
                        channel.string(self.hash)
                        if let since {
                            channel.key("since")
                            channel.string(since)
                        }
                    }
                }
                json.key("wait")
                json.int(Self.wait)
            }
            let answer = try JSONValue.parse(try await client.post("/v1/poll", body.bytes))
            guard let channel = answer["channels"]?.array?.first else {
                throw CommandFailure("the bridge's answer has no channel")
            }
            if let error = channel["error"] { throw Self.refusal(error) }
            for event in channel["events"]?.array ?? [] { try take(event) }
            since = channel["position"]?.string ?? since
        }
    }

    private static func refusal(_ error: JSONValue) -> CommandFailure {
        let code = error["code"]?.string ?? "refused"
        return CommandFailure("\(code): \(error["message"]?.string ?? "")", code: code)
    }
}
