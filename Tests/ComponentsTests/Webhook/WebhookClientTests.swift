import Components
import Realtime
import Testing

@Suite(.timeLimit(.minutes(1))) struct WebhookClientTests {
    private static let ok = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n{\"b\": 2}"

    @Test func sendsWhatTheContractSaysAndTakesTheReply() async throws {
        try await ScriptedServer.run(answer: { _ in .bytes(Self.ok) }) { server in
            let url = "http://127.0.0.1:\(server.port)/hook?a=b"
            let older = "whsec_" + Base64.encode([UInt8](repeating: 7, count: 24))
            let secrets = [try WebhookSecret(WebhookFixture.secret), try WebhookSecret(older)]
            let settings = try WebhookSettings(url: url, secrets: secrets)
            let reply = try await WebhookFixture.run { client in
                try await client.call(WebhookFixture.request(#"{"a": 1,"é":[ ]}"#), settings: settings)
            }
            #expect(String(decoding: reply.bytes, as: UTF8.self) == #"{"b": 2}"#)
            let request = try #require(server.requests.first)
            #expect(
                request.body
                    == #"{"id":"msg_p5jXN8AQM9LWM0D4loKWxJek","time":1732370000123,"site":"demo","component":"mod_quiz","#
                    + #""user":"42","session":"a\"b","client":"c1","request":"r1","payload":{"a": 1,"é":[ ]}}"#
            )
            #expect(request.head.hasPrefix("POST /hook?a=b HTTP/1.1\r\n"))
            #expect(request.header("host") == "127.0.0.1:\(server.port)")
            #expect(request.header("content-type") == "application/json")
            #expect(request.header("accept") == "application/json")
            #expect(request.header("user-agent") == "realtime-bridge")
            #expect(request.header("webhook-id") == WebhookFixture.id)
            #expect(request.header("webhook-timestamp") == "1614265330")
            let signatures = secrets.map {
                $0.signature(id: WebhookFixture.id, timestamp: WebhookFixture.timestamp, body: Array(request.body.utf8))
            }
            #expect(request.header("webhook-signature") == signatures.joined(separator: " "))
        }
    }

    @Test func keepsItsConnection() async throws {
        try await ScriptedServer.run(answer: { _ in .bytes(Self.ok) }) { server in
            let settings = try WebhookFixture.settings("http://127.0.0.1:\(server.port)/")
            try await WebhookFixture.run { client in
                for _ in 0..<3 { _ = try await client.call(WebhookFixture.request(), settings: settings) }
            }
            #expect(server.requests.count == 3)
            #expect(server.connections == 1)
        }
    }

    /// A short error keeps the connection as well.
    @Test func aRefusalLeavesTheConnection() async throws {
        let refusal = "HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\nno"
        try await ScriptedServer.run(answer: { $0 == 0 ? .bytes(refusal) : .bytes(Self.ok) }) { server in
            let settings = try WebhookFixture.settings("http://127.0.0.1:\(server.port)/")
            let outcomes = try await WebhookFixture.run { client in
                let first = await WebhookOutcome { try await client.call(WebhookFixture.request(), settings: settings) }
                let second = await WebhookOutcome {
                    try await client.call(WebhookFixture.request(), settings: settings)
                }
                return [first, second]
            }
            #expect(outcomes == [.failed(.status, status: 500), .reply(#"{"b": 2}"#)])
            #expect(server.connections == 1)
        }
    }

    @Test(arguments: [
        "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\ncontent-type: text/html\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ])
    func anEmptySuccessIsNull(_ answer: String) async throws {
        #expect(try await WebhookFixture.outcome(of: .bytes(answer)) == .reply("null"))
    }

    @Test(arguments: [
        "application/json", "Application/JSON; charset=utf-8", "application/json;x=y", "application/vnd.api+json",
    ])
    func takesJSONTypes(_ type: String) async throws {
        let answer = "HTTP/1.1 201 Created\r\ncontent-type: \(type)\r\ncontent-length: 1\r\n\r\n7"
        #expect(try await WebhookFixture.outcome(of: .bytes(answer)) == .reply("7"))
    }

    @Test func anAnswerWithoutLengthEndsWithTheConnection() async throws {
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n[1]"
        #expect(try await WebhookFixture.outcome(of: .bytesThenClose(answer)) == .reply("[1]"))
    }

    @Test(arguments: [
        (#"{"accept":true}"#, IngestVerdict.accept),
        (#"{"accept":true,"payload": {"x": 1}}"#, .replace(EventPayload(stored: Array(#"{"x": 1}"#.utf8)))),
        (#"{"accept":false}"#, .refuse(reason: "")),
        (#"{"accept":false,"reason":"too\nl\u0085oud","payload":1}"#, .refuse(reason: "tooloud")),
        (
            "{\"accept\":false,\"reason\":\"" + String(repeating: "é", count: 120) + "\"}",
            .refuse(reason: String(repeating: "é", count: 100))
        ),
    ])
    func takesVerdicts(_ body: String, _ verdict: IngestVerdict) async throws {
        let answer =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n" + body
        try await ScriptedServer.run(answer: { _ in .bytes(answer) }) { server in
            let settings = try WebhookFixture.settings("http://127.0.0.1:\(server.port)/")
            let given = try await WebhookFixture.run { client in
                try await client.ingest(WebhookFixture.ingest(key: "k"), settings: settings)
            }
            #expect(given == verdict)
            #expect(
                server.requests.first?.body
                    == #"{"id":"msg_p5jXN8AQM9LWM0D4loKWxJek","time":1732370000123,"site":"demo","component":"mod_quiz","#
                    + #""user":"42","session":"abc","client":"c1","type":"ingest","channel":{"contextid":15,"#
                    + #""component":"mod_quiz","area":"game","itemid":"9223372036854775807","channeldetails":""},"#
                    + #""key":"k","payload":7}"#
            )
        }
    }

    @Test(arguments: [
        ("null", WebhookError.Code.verdict), ("{}", .verdict), (#"{"accept":1}"#, .verdict), ("", .verdict),
        (#"{"accept":true,"accept":false}"#, .notJSON), (#"{"accept":tru}"#, .notJSON),
        (#"{"accept":true,"payload":"# + "\"" + String(repeating: "x", count: 1023) + "\"}", .tooLarge),
    ])
    func nothingElseIsAVerdict(_ body: String, _ code: WebhookError.Code) async throws {
        let answer =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n" + body
        try await ScriptedServer.run(answer: { _ in .bytes(answer) }) { server in
            let settings = try WebhookFixture.settings("http://127.0.0.1:\(server.port)/")
            let error = await #expect(throws: WebhookError.self) {
                try await WebhookFixture.run { client in
                    _ = try await client.ingest(WebhookFixture.ingest(), settings: settings)
                }
            }
            #expect(error?.code == code)
            #expect(server.requests.first?.body.contains("\"key\"") == false)
        }
    }
}
