import Edge
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import BridgeHTTP

@Suite struct AccessTests {
    private static let calls = ["/v1/grants", "/v1/notify"]

    @Test(arguments: calls)
    func withoutAKeyNobodyCalls(_ path: String) async throws {
        let fixture = try APIFixture()
        for header in [nil, "Bearer unknown", "Bearer ", "Basic YWxs", "all", "Bearer  all"] {
            var headers = HTTPFields()
            headers[.authorization] = header
            let response = try await fixture.send(.post, path, headers: headers, body: "{}")
            #expect(response.status == .unauthorized)
            #expect(response.problem == "unauthorized")
            #expect(response.headers[.wwwAuthenticate] == "Bearer")
        }
        #expect(fixture.edgeMetrics.refusalsByCode == ["unauthorized": 6])
    }

    @Test func theSchemeIgnoresCase() async throws {
        let fixture = try APIFixture()
        let headers: HTTPFields = [.authorization: "bEARER notify"]
        let response = try await fixture.send(.post, "/v1/notify", headers: headers, body: "{}")
        #expect(response.problem == "payload_invalid")
    }

    @Test(arguments: [("/v1/grants", "notify"), ("/v1/notify", "grant"), ("/metrics", "notify")])
    func keysWithoutTheRoleAreForbidden(path: String, key: String) async throws {
        let fixture = try APIFixture()
        let response = try await fixture.send(path == "/metrics" ? .get : .post, path, key: key, body: "{}")
        #expect(response.status == .forbidden)
        #expect(response.problem == "forbidden")
    }

    @Test(arguments: ["/", "/v1", "/v1/nothing", "/v1/grants/", "/client/other.js"])
    func otherPathsAreNotFound(_ path: String) async throws {
        let response = try await APIFixture().send(.get, path)
        // A slash at the end is the same path to the router.
        if path == "/v1/grants/" {
            #expect(response.problem == "method_not_allowed")
        } else {
            #expect(response.status == .notFound)
            #expect(response.problem == "not_found")
        }
    }

    @Test func headersAloneCanBeAskedFor() async throws {
        let response = try await APIFixture().send(.head, "/healthz")
        #expect(response.status == .ok)
        #expect(response.body.readableBytes == 0)
    }

    @Test func theEdgeNeedsAConnectionOfItsOwn() async throws {
        let response = try await APIFixture().send(.get, "/mqtt")
        #expect(response.status == .upgradeRequired)
        #expect(response.headers[.connection] == "close")
    }

    @Test(arguments: [
        (HTTPField(name: .contentLength, value: "1000000"), true),
        (HTTPField(name: .contentLength, value: "10"), false),
        (HTTPField(name: .contentLength, value: "many"), true),
        (HTTPField(name: .transferEncoding, value: "chunked"), true), (HTTPField(name: .accept, value: "*/*"), false),
    ])
    func aLargeBodyThatNobodyWantsIsNotRead(_ field: HTTPField, _ leavesMuch: Bool) {
        let head = HTTPRequest(
            method: .post, scheme: nil, authority: nil, path: "/v1/notify", headerFields: [field.name: field.value]
        )
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        #expect(ProblemMiddleware.leavesMuch(request) == leavesMuch)
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "/v1/grants", "POST"), (.put, "/v1/notify", "POST"), (.post, "/healthz", "GET, HEAD"),
        (.delete, "/metrics", "GET, HEAD"), (.post, "/client/realtime.js", "GET, HEAD"), (.post, "/demo", "GET, HEAD"),
    ])
    func otherMethodsAreToldWhichAreServed(method: HTTPRequest.Method, path: String, allowed: String) async throws {
        let response = try await APIFixture().send(method, path, key: "all")
        #expect(response.status == .methodNotAllowed)
        #expect(response.problem == "method_not_allowed")
        #expect(response.headers[.allow] == allowed)
    }

    @Test func bodiesHaveALimit() async throws {
        let fixture = try APIFixture()
        let body = #"{"user":""# + String(repeating: "a", count: 256 * 1024) + #""}"#
        let response = try await fixture.send(.post, "/v1/grants", key: "grant", body: body)
        #expect(response.status == .contentTooLarge)
        #expect(response.problem == "payload_too_large")
        #expect(response.headers[.connection] == "close")
    }

    @Test(arguments: calls)
    func whatIsNoJSONIsRefused(_ path: String) async throws {
        for body in ["", "{", "[]", "{\"a\":1}", "{}\u{0}", "{\"user\":1,\"user\":2}"] {
            let response = try await APIFixture().send(.post, path, key: "all", body: body)
            #expect(response.status == .badRequest)
            #expect(response.problem == "payload_invalid")
        }
    }
}
