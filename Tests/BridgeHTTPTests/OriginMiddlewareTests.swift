import Edge
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Realtime
import Synchronization
import Testing

@testable import BridgeHTTP

@Suite struct OriginMiddlewareTests {
    private static let paths = ["/v1/poll", "/v1/stream", "/v1/send/mod_quiz"]

    @Test(arguments: paths)
    func pagesOfAllowedOriginsMayAsk(_ path: String) async throws {
        let response = try await APIFixture().send(
            .options, path,
            headers: [
                .origin: "https://a.example", .accessControlRequestMethod: "POST",
                .accessControlRequestHeaders: "authorization",
            ])
        #expect(response.status == .noContent)
        #expect(response.headers[.accessControlAllowOrigin] == "https://a.example")
        #expect(response.headers[.accessControlAllowMethods] == "GET, POST")
        let headers = "authorization, content-type, idempotency-key, last-event-id"
        #expect(response.headers[.accessControlAllowHeaders] == headers)
        #expect(response.headers[.accessControlMaxAge] == "600")
        #expect(response.headers[.vary] == "Origin")
        #expect(response.headers[.accessControlAllowCredentials] == nil)
    }

    @Test(arguments: [
        "https://b.example", "null", "", "https://a.example.evil", "http://a.example", "HTTPS://A.EXAMPLE",
    ])
    func pagesOfOthersAreRefused(_ origin: String) async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        let requests: [(HTTPRequest.Method, String)] = [
            (.options, "/v1/poll"), (.post, "/v1/poll"), (.get, "/v1/stream?channel=\(grant.hashes[0])"),
            (.post, "/v1/send/mod_quiz"), (.post, "/v1/poll/"), (.post, "//v1//poll"), (.post, "/v1//send/mod_quiz"),
        ]
        for (method, path) in requests {
            let response = try await fixture.send(method, path, key: grant.token, headers: [.origin: origin])
            #expect(response.status == .forbidden)
            #expect(response.problem == "forbidden")
            #expect(try response.json["detail"]?.string?.contains(#""origins""#) == true)
            #expect(response.headers[.accessControlAllowOrigin] == nil)
            #expect(response.headers[.vary] == "Origin")
        }
    }

    /// To name `null` in `origins` would help nobody: the advice is another.
    @Test func hiddenOriginsAreAdvisedOtherwise() async throws {
        let fixture = try APIFixture()
        let detail = try await fixture.send(.post, "/v1/poll", headers: [.origin: "null"]).json["detail"]?.string
        #expect(detail?.contains("cannot name them") == true)
        #expect(detail?.contains("add it") == false)
        let log = RecordedLines()
        RefusalLines().note(RefusedOrigin("null".unicodeScalars), logger: Logger(label: "test") { _ in log })
        #expect(log.lines.withLock { $0.last }?.contains("cannot name them") == true)
    }

    /// A page is to read why it is refused.
    @Test func errorsAndAnswersMayBeRead() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        let origin: HTTPFields = [.origin: "https://a.example"]
        let body = #"{"channels":[{"hash":"\#(grant.hashes[0])"}]}"#
        let answered = try await fixture.send(.post, "/v1/poll", key: grant.token, headers: origin, body: body)
        let refused = try await fixture.send(.post, "/v1/poll", headers: origin, body: body)
        let stream = try await fixture.send(.get, "/v1/stream", key: grant.token, headers: origin)
        let method = try await fixture.send(.put, "/v1/poll", key: grant.token, headers: origin)
        #expect([answered, refused, stream, method].map(\.status.code) == [200, 401, 400, 405])
        for response in [answered, refused, stream, method] {
            #expect(response.headers[.accessControlAllowOrigin] == "https://a.example")
            #expect(response.headers[.vary] == "Origin")
            #expect(response.headers[.accessControlAllowCredentials] == nil)
        }
    }

    /// A message's reply, a failed callback's included, and what the bridge refuses.
    @Test func repliesMayBeRead() async throws {
        let fixture = try APIFixture()
        let token = try fixture.keys.sign(
            Grant(
                site: "demo",
                user: "42",
                session: "abc",
                id: "g1",
                issuedAt: APIFixture.time / 1000,
                expiresAt: APIFixture.time / 1000 + 60,
                components: [try ComponentName("mod_quiz"), try ComponentName("mod_chat")]
            )
        )
        let headers: HTTPFields = [.origin: "https://a.example", .idempotencyKey: "r1"]
        for (component, body, status) in [("mod_quiz", "1", 200), ("mod_quiz", "2", 409), ("mod_chat", "1", 404)] {
            let response = try await fixture.send(
                .post, "/v1/send/\(component)", key: token, headers: headers, body: body)
            #expect(response.status.code == status)
            #expect(response.headers[.accessControlAllowOrigin] == "https://a.example")
            #expect(response.headers[.vary] == "Origin")
            if status == 200 { #expect(response.text == #"{"ok":true,"payload":1}"#) }
        }
    }

    @Test func programsAndServersCallsAreLeftAlone() async throws {
        let fixture = try APIFixture()
        let grant = try await fixture.grant(1)
        let body = #"{"channels":[{"hash":"\#(grant.hashes[0])"}]}"#
        let program = try await fixture.send(.post, "/v1/poll", key: grant.token, body: body)
        #expect(program.status == .ok)
        #expect(program.headers[.accessControlAllowOrigin] == nil)
        #expect(program.headers[.vary] == "Origin")
        #expect(try await fixture.send(.options, "/v1/poll").status == .methodNotAllowed)
        let notify = try await fixture.send(.post, "/v1/notify", headers: [.origin: "https://a.example"])
        #expect(notify.status == .unauthorized)
        #expect(notify.headers[.accessControlAllowOrigin] == nil)
    }

    @Test func theOriginThatWasRefusedIsLoggedBoundedly() throws {
        let log = RecordedLines()
        let lines = RefusalLines()
        let origin = RefusedOrigin(("https://" + String(repeating: "b", count: 1000) + ".example").unicodeScalars)
        for _ in 0..<100 { lines.note(origin, logger: Logger(label: "test") { _ in log }) }
        let written = log.lines.withLock { $0 }
        // A second may begin meanwhile.
        #expect((1...4).contains(written.count))
        #expect(written.allSatisfy { $0.contains("origins") && $0.contains("https://bbb") && $0.utf8.count < 600 })
    }
}

/// Keeps what is logged.
private final class RecordedLines: LogHandler, Sendable {
    let lines = Mutex<[String]>([])

    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        self.lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
    }
}
