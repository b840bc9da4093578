import Components
import NIOCore
import NIOPosix
import Realtime
import Testing

/// Webhooks that misbehave, on real sockets.
@Suite(.timeLimit(.minutes(1))) struct WebhookFaultTests {
    private static let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"

    @Test(arguments: [
        ("500 No", "", WebhookOutcome.failed(.status, status: 500)),
        ("401 No", "", .failed(.status, status: 401)),
        ("404 No", "retry-after: 3\r\n", .failed(.status, status: 404)),
        ("502 No", "", .unanswered(retryAfter: nil)),
        ("503 No", "retry-after: 3\r\n", .unanswered(retryAfter: .seconds(3))),
        ("504 No", "retry-after: 3600\r\n", .unanswered(retryAfter: .seconds(30))),
        ("429 No", "retry-after: 99999999999999999999\r\n", .unanswered(retryAfter: .seconds(30))),
        ("429 No", "retry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n", .unanswered(retryAfter: nil)),
        ("429 No", "retry-after: -1\r\n", .unanswered(retryAfter: nil)),
    ])
    func aStatusSaysWhetherToAskAgain(_ status: String, _ header: String, _ outcome: WebhookOutcome) async throws {
        let answer = "HTTP/1.1 \(status)\r\n\(header)content-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
        #expect(try await WebhookFixture.outcome(of: .bytes(answer)) == outcome)
    }

    /// The status is known, whatever its body is.
    @Test func anErrorsBodyIsNotWaitedFor() async throws {
        #expect(
            try await WebhookFixture.outcome(of: .drip("HTTP/1.1 500 No\r\ncontent-length: 100000\r\n\r\n"))
                == .failed(.status, status: 500)
        )
        #expect(
            try await WebhookFixture.outcome(of: .drip("HTTP/1.1 503 No\r\n\r\n")) == .unanswered(retryAfter: nil)
        )
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func aRedirectIsNotFollowed(_ status: Int) async throws {
        try await ScriptedServer.run(answer: { _ in .hang }) { other in
            let answer =
                "HTTP/1.1 \(status) There\r\nlocation: http://127.0.0.1:\(other.port)/\r\ncontent-length: 0\r\n\r\n"
            let outcome = try await WebhookFixture.outcome(of: .bytes(answer))
            #expect(outcome == .failed(.redirect, status: status))
            #expect(other.connections == 0)
        }
    }

    @Test(arguments: ["content-length: 10000000\r\n\r\n", "\r\n"])
    func whatIsTooLongIsNotReadToItsEnd(_ rest: String) async throws {
        let outcome = try await WebhookFixture.outcome(of: .flood(Self.head + rest, blocks: 10))
        #expect(outcome == .failed(.tooLarge, status: 200))
    }

    @Test func oneByteTooManyIsRefused() async throws {
        let text = "\"" + String(repeating: "x", count: 1023) + "\""
        let outcome = try await WebhookFixture.outcome(of: .bytes(Self.head + "content-length: 1025\r\n\r\n" + text))
        #expect(outcome == .failed(.tooLarge, status: nil))
    }

    @Test func aReplyOfTheLimitFits() async throws {
        let text = "\"" + String(repeating: "x", count: 1022) + "\""
        #expect(
            try await WebhookFixture.outcome(of: .bytes(Self.head + "content-length: 1024\r\n\r\n" + text))
                == .reply(text)
        )
    }

    @Test(arguments: ["{", "nope", "{} {}", "\u{FEFF}{}", "NaN"])
    func whatIsNotJSONIsNoReply(_ body: String) async throws {
        let answer = Self.head + "content-length: \(body.utf8.count)\r\n\r\n" + body
        #expect(try await WebhookFixture.outcome(of: .bytes(answer)) == .failed(.notJSON, status: nil))
    }

    @Test(arguments: ["text/html", "application/jsonp", "text/json", "application/x-json-seq", ""])
    func anotherTypeIsNoReply(_ type: String) async throws {
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: \(type)\r\ncontent-length: 2\r\n\r\n{}"
        #expect(try await WebhookFixture.outcome(of: .bytes(answer)) == .failed(.contentType, status: 200))
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 O", Self.head, Self.head + "content-length: 8\r\n\r\n{\"a\"",
        Self.head + "transfer-encoding: chunked\r\n\r\n4\r\n{\"a\"",
    ])
    func aConnectionThatClosesHalfWayGaveNoAnswer(_ bytes: String) async throws {
        #expect(try await WebhookFixture.outcome(of: .bytesThenClose(bytes)) == .unanswered(retryAfter: nil))
    }

    @Test func whatIsNotHTTPIsNoAnswer() async throws {
        #expect(
            try await WebhookFixture.outcome(of: .bytes("SSH-2.0-OpenSSH\r\n\r\n")) == .failed(.notHTTP, status: nil))
    }

    @Test(arguments: [
        ScriptedServer.Answer.hang, .bytes("HTTP/1.1 200 OK\r\n"),
        .drip(Self.head + "content-length: 2000\r\n\r\n{}"),
        .bytes(Self.head + "content-length: 8\r\n\r\n{\"a\""),
    ])
    func cancellingEndsTheCallAndItsConnection(_ answer: ScriptedServer.Answer) async throws {
        try await ScriptedServer.run(answer: { _ in answer }) { server in
            let settings = try WebhookFixture.settings("http://127.0.0.1:\(server.port)/")
            try await WebhookFixture.run { client in
                let call = Task {
                    await WebhookOutcome { try await client.call(WebhookFixture.request(), settings: settings) }
                }
                try await server.asked.get()
                call.cancel()
                #expect(await call.value == .cancelled)
                try await server.closed.get()
            }
        }
    }

    @Test func aCancelledTaskAsksNobody() async throws {
        try await ScriptedServer.run(answer: { _ in .hang }) { server in
            let settings = try WebhookFixture.settings("http://127.0.0.1:\(server.port)/")
            let outcome = try await WebhookFixture.run { client in
                let call = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return await WebhookOutcome { try await client.call(WebhookFixture.request(), settings: settings) }
                }
                return await call.value
            }
            #expect(outcome == .cancelled)
            #expect(server.requests.isEmpty)
        }
    }

    @Test func nobodyListensIsNoAnswer() async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        try await listener.close().get()
        #expect(try await Self.outcome("http://127.0.0.1:\(port)/") == .unanswered(retryAfter: nil))
        #expect(try await Self.outcome("https://127.0.0.1:\(port)/") == .unanswered(retryAfter: nil))
    }

    @Test func aHostThatDoesNotResolveIsNoAnswer() async throws {
        #expect(try await Self.outcome("https://nowhere.invalid/") == .unanswered(retryAfter: nil))
    }

    @Test func aKeptConnectionThatTheServerClosedIsNotTakenForAnAnswer() async throws {
        let reply = Self.head + "content-length: 1\r\n\r\n1"
        try await ScriptedServer.run(answer: { $0 == 0 ? .bytesThenClose(reply) : .bytes(reply) }) { server in
            let settings = try WebhookFixture.settings("http://127.0.0.1:\(server.port)/")
            try await WebhookFixture.run { client in
                _ = try await client.call(WebhookFixture.request(), settings: settings)
                try await server.closed.get()
                // Either on the dead connection, which is silence, or on a new one.
                var outcome = WebhookOutcome.unanswered(retryAfter: nil)
                while outcome == .unanswered(retryAfter: nil) {
                    outcome = await WebhookOutcome {
                        try await client.call(WebhookFixture.request(), settings: settings)
                    }
                }
                #expect(outcome == .reply("1"))
                #expect(server.connections >= 2)
            }
        }
    }

    @Test func afterShutdownNothingIsAsked() async throws {
        let settings = try WebhookFixture.settings("http://127.0.0.1:1/")
        let client = try await WebhookFixture.run { $0 }
        let outcome = await WebhookOutcome { try await client.call(WebhookFixture.request(), settings: settings) }
        #expect(outcome == .cancelled)
    }

    private static func outcome(_ url: String) async throws -> WebhookOutcome {
        let settings = try WebhookFixture.settings(url)
        return try await WebhookFixture.run { client in
            await WebhookOutcome { try await client.call(WebhookFixture.request(), settings: settings) }
        }
    }
}
