import Components
import NIOCore
import NIOPosix
import Realtime

/// A webhook client, and what tests ask it.
enum WebhookFixture {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    static let timestamp: Int64 = 1_614_265_330

    /// Runs a client around a body.
    static func run<Value: Sendable>(
        replyLimit: Int = 1024,
        connections: Int = 4,
        clock: @escaping WebhookClient.Clock = { Self.timestamp },
        _ body: (WebhookClient) async throws -> Value
    ) async throws -> Value {
        let client = WebhookClient(
            group: MultiThreadedEventLoopGroup.singleton,
            site: try SiteName("demo"),
            connectionsPerHost: connections,
            replyLimit: replyLimit,
            clock: clock
        )
        do {
            let value = try await body(client)
            await client.shutdown()
            return value
        } catch {
            await client.shutdown()
            throw error
        }
    }

    static func settings(_ url: String, secret: String = Self.secret) throws -> WebhookSettings {
        try WebhookSettings(url: url, secrets: [WebhookSecret(secret)])
    }

    static func request(_ payload: String = #"{"a": 1}"#) throws -> ComponentRequest {
        ComponentRequest(
            id: Self.id,
            time: 1_732_370_000_123,
            user: "42",
            session: "a\"b",
            client: "c1",
            component: try ComponentName("mod_quiz"),
            request: "r1",
            payload: try EventPayload(json: Array(payload.utf8), limit: 65536)
        )
    }

    static func ingest(key: String? = nil) throws -> IngestRequest {
        IngestRequest(
            id: Self.id,
            time: 1_732_370_000_123,
            user: "42",
            session: "abc",
            client: "c1",
            channel: try Channel(contextID: 15, component: "mod_quiz", area: "game", itemID: Int64.max),
            key: key,
            payload: try EventPayload(json: Array("7".utf8), limit: 65536)
        )
    }

    /// What a call to a scripted server ends with.
    static func outcome(of answer: ScriptedServer.Answer, replyLimit: Int = 1024) async throws -> WebhookOutcome {
        try await ScriptedServer.run(answer: { _ in answer }) { server in
            let settings = try Self.settings("http://127.0.0.1:\(server.port)/hook")
            return try await Self.run(replyLimit: replyLimit) { client in
                await WebhookOutcome { try await client.call(Self.request(), settings: settings) }
            }
        }
    }
}
