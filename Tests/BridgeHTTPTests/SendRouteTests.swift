import BridgeCore
import Components
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Realtime
import Synchronization
import Testing

@testable import BridgeHTTP

/// `POST /v1/send/{component}`: rights, ids, replies and problems.
@Suite struct SendRouteTests {
    private func token(
        _ fixture: APIFixture,
        user: String = "42",
        components: [String] = ["mod_quiz", "mod_chat"],
        expires: Int64 = APIFixture.time / 1000 + 60
    ) throws -> String {
        try fixture.keys.sign(
            Grant(
                site: "demo",
                user: user,
                session: "abc",
                id: "g1",
                issuedAt: expires - 60,
                expiresAt: expires,
                components: components.map { try ComponentName($0) }
            )
        )
    }

    private func send(
        _ fixture: APIFixture,
        _ body: String,
        id: String? = nil,
        to component: String = "mod_quiz",
        token: String? = nil
    ) async throws -> TestResponse {
        var headers: HTTPFields = [:]
        if let id { headers[.idempotencyKey] = id }
        return try await fixture.send(
            .post, "/v1/send/\(component)", key: token ?? self.token(fixture), headers: headers, body: body)
    }

    @Test func theReplyIsAnswered() async throws {
        let fixture = try APIFixture()
        let answer = try await self.send(fixture, #"{"a":1}"#)
        #expect(answer.status == .ok)
        #expect(answer.headers[.contentType] == "application/json")
        #expect(answer.headers[.cacheControl] == "no-store")
        #expect(answer.text == #"{"ok":true,"payload":{"a":1}}"#)
    }

    @Test(arguments: [("r1", "\"r1\""), ("\"r1\"", "r1")])
    func theSameIDIsTheSameMessage(first: String, second: String) async throws {
        let fixture = try APIFixture()
        #expect(try await self.send(fixture, "1", id: first).text == #"{"ok":true,"payload":1}"#)
        #expect(try await self.send(fixture, "1", id: second).text == #"{"ok":true,"payload":1}"#)
        let other = try await self.send(fixture, "2", id: second)
        #expect(other.status == .conflict)
        #expect(other.problem == "request_reused")
        // Another user's id is another.
        let theirs = try await self.send(fixture, "2", id: first, token: try self.token(fixture, user: "43"))
        #expect(theirs.text == #"{"ok":true,"payload":2}"#)
    }

    @Test func withoutAnIDEveryMessageIsNew() async throws {
        let fixture = try APIFixture()
        for number in 1...3 {
            #expect(try await self.send(fixture, "\(number)").text == #"{"ok":true,"payload":\#(number)}"#)
        }
    }

    @Test(arguments: ["", "\"", "\"\"", "a b", "a/b", "+", "é", String(repeating: "a", count: 41)])
    func oddIDsAreRefused(id: String) async throws {
        let answer = try await self.send(try APIFixture(), "1", id: id)
        #expect(answer.status == .badRequest)
        #expect(answer.problem == "payload_invalid")
    }

    @Test(arguments: [
        ("mod_forum", "1", 403, "forbidden"), ("Quiz", "1", 403, "forbidden"), ("mod_chat", "1", 404, "no_callback"),
        ("mod_quiz", "", 400, "payload_invalid"), ("mod_quiz", "{", 400, "payload_invalid"),
        ("mod_quiz", "\"\(String(repeating: "a", count: 1024))\"", 413, "payload_too_large"),
        ("realtime_grant", "1", 403, "component_disabled"), ("realtime_history", "1", 403, "component_disabled"),
    ])
    func whatIsRefusedIsAProblem(component: String, body: String, status: Int, code: String) async throws {
        let answer = try await self.send(try APIFixture(), body, to: component)
        #expect(answer.status.code == status)
        #expect(answer.problem == code)
    }

    @Test func componentsHaveToBeEnabled() async throws {
        let fixture = try APIFixture()
        let token = try self.token(fixture, components: ["mod_forum"])
        let answer = try await self.send(fixture, "1", to: "mod_forum", token: token)
        #expect(answer.problem == "component_disabled")
    }

    @Test func onlyAGrantThatIsGoodSends() async throws {
        let fixture = try APIFixture()
        #expect(try await fixture.send(.post, "/v1/send/mod_quiz", body: "1").problem == "unauthorized")
        #expect(try await self.send(fixture, "1", token: "all").problem == "grant_invalid")
        let expired = try self.token(fixture, expires: APIFixture.time / 1000)
        let answer = try await self.send(fixture, "1", token: expired)
        #expect(answer.status == .unauthorized)
        #expect(answer.problem == "grant_expired")
        let long = String(repeating: "a", count: Grant.maximumTokenBytes + 1)
        #expect(try await self.send(fixture, "1", token: long).problem == "unauthorized")
    }

    @Test func messagesHaveARate() async throws {
        let fixture = try APIFixture()
        for _ in 0..<5 { #expect(try await self.send(fixture, "1").status == .ok) }
        let answer = try await self.send(fixture, "1")
        #expect(answer.status == .tooManyRequests)
        #expect(answer.problem == "limit")
        #expect(try await self.send(fixture, "1", token: try self.token(fixture, user: "43")).status == .ok)
    }

    /// The connection is not cut while somebody waits for the reply.
    @Test(.timeLimit(.minutes(1))) func whoWaitsWhenTheBridgeEndsIsTold() async throws {
        let fixture = try APIFixture()
        // Nothing runs the dispatcher here: the message waits for good.
        try fixture.dispatcher.register(try ComponentName("mod_chat"), callback: .closure { $0.payload })
        let token = try self.token(fixture)
        try await LiveServer.run(fixture) { port, shutDown in
            try await RawPeer.connect(to: port) { peer in
                try await peer.send(
                    "POST /v1/send/mod_chat HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(token)\r\n"
                        + "Content-Length: 1\r\n\r\n1")
                while fixture.api.upstream.service.status.requests == 0 { await Task.yield() }
                await shutDown()
                #expect(try await peer.line() == "HTTP/1.1 200 OK")
                while let line = try await peer.line(), !line.isEmpty {}
                let reply = #"{"ok":false,"error":{"code":"timeout","message":"the bridge is shutting down"}}"#
                var body: [String] = []
                while let line = try await peer.line() { body.append(line) }
                #expect(body.isEmpty)
                #expect(peer.rest == reply)
            }
        }
    }

    /// A body may come slowly: the callback must not run for somebody whose grant has expired meanwhile.
    @Test(.timeLimit(.minutes(1))) func aGrantThatExpiresBeforeTheBodyIsWholeSendsNothing() async throws {
        let clock = Atomic<Int64>(APIFixture.time)
        let reads = Atomic<Int>(0)
        let fixture = try APIFixture(now: {
            reads.add(1, ordering: .relaxed)
            return clock.load(ordering: .relaxed)
        })
        let runs = Atomic<Int>(0)
        try fixture.dispatcher.register(
            try ComponentName("mod_chat"),
            callback: .immediate { request in
                runs.add(1, ordering: .relaxed)
                return request.payload
            })
        let token = try self.token(fixture)
        try await LiveServer.run(fixture) { port, _ in
            try await RawPeer.connect(to: port) { peer in
                let before = reads.load(ordering: .relaxed)
                try await peer.send(
                    "POST /v1/send/mod_chat HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(token)\r\n"
                        + "Content-Length: 2\r\n\r\n1")
                // The token is verified, and the rights are looked at, before the body is whole.
                while reads.load(ordering: .relaxed) < before + 2 { await Task.yield() }
                clock.add(86_400_000, ordering: .relaxed)
                try await peer.send("2")
                #expect(try await peer.line()?.hasPrefix("HTTP/1.1 401") == true)
            }
        }
        #expect(runs.load(ordering: .relaxed) == 0)
        #expect(fixture.api.upstream.service.status.requests == 0)
    }

    @Test func onlyPostSends() async throws {
        let answer = try await APIFixture().send(.get, "/v1/send/mod_quiz")
        #expect(answer.status == .methodNotAllowed)
        #expect(answer.headers[.allow] == "POST")
    }
}
