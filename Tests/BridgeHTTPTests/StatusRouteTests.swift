import BridgeCore
import EventLog
import HTTPTypes
import HummingbirdTesting
import Realtime
import Testing

@testable import BridgeHTTP

@Suite struct StatusRouteTests {
    @Test func theProcessAnswers() async throws {
        let response = try await APIFixture().send(.get, "/healthz")
        #expect(response.status == .ok)
        #expect(response.text == #"{"status":"ok"}"#)
    }

    @Test(arguments: [(nil, "ready"), (true, "ready"), (false, "degraded")] as [(Bool?, String)])
    func withoutTheBrokerItIsDegradedButReady(isConnected: Bool?, status: String) async throws {
        let response = try await APIFixture(isBusConnected: isConnected).send(.get, "/readyz")
        #expect(response.status == .ok)
        #expect(try response.json["status"]?.string == status)
    }

    /// A store whose disk is full keeps no answer back, but operators shall know.
    @Test(arguments: [(nil, nil), (false, "disconnected")] as [(Bool?, String?)])
    func withoutTheStoreOfRepliesItIsDegradedButReady(isConnected: Bool?, bus: String?) async throws {
        let fixture = try APIFixture(isBusConnected: isConnected, replies: FullStore())
        try await self.sendMessage(fixture)
        let response = try await fixture.send(.get, "/readyz")
        #expect(response.status == .ok)
        let json = try response.json
        #expect(json["status"]?.string == "degraded")
        #expect(json["replies"]?.string == "failed")
        #expect(json["bus"]?.string == bus)
        let text = try await fixture.send(.get, "/metrics", key: "all").text
        #expect(text.contains("\nrealtime_replies_storing 0\n"))
    }

    @Test func whatIsRememberedIsMeasured() async throws {
        let fixture = try APIFixture()
        let before = try await fixture.send(.get, "/metrics", key: "all").text
        #expect(before.contains("\nrealtime_requests_remembered 0\n"))
        #expect(before.contains("\nrealtime_requests_remembered_bytes 0\n"))
        try await self.sendMessage(fixture)
        let status = fixture.api.upstream.service.status
        #expect(status.requests == 1 && status.bytes > 0)
        let text = try await fixture.send(.get, "/metrics", key: "all").text
        #expect(text.contains("\n# TYPE realtime_requests_remembered gauge\nrealtime_requests_remembered 1\n"))
        #expect(text.contains("\nrealtime_requests_remembered_bytes \(status.bytes)\n"))
        #expect(text.contains("\nrealtime_replies_storing 1\n"))
    }

    private func sendMessage(_ fixture: APIFixture) async throws {
        let token = try fixture.keys.sign(
            Grant(
                site: "demo",
                user: "42",
                session: "abc",
                id: "g1",
                issuedAt: APIFixture.time / 1000,
                expiresAt: APIFixture.time / 1000 + 60,
                components: [try ComponentName("mod_quiz")]
            )
        )
        #expect(try await fixture.send(.post, "/v1/send/mod_quiz", key: token, body: "1").status == .ok)
    }

    @Test func metricsAreForAdminsElsewhere() async throws {
        let fixture = try APIFixture()
        #expect(try await fixture.send(.get, "/metrics").problem == "unauthorized")
        let response = try await fixture.send(.get, "/metrics", key: "all")
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
    }

    @Test func metricsAreForThisMachine() async throws {
        let response = try await APIFixture().sendLive(.get, "/metrics")
        #expect(response.status == .ok)
        #expect(response.text.contains("\nrealtime_connections 0\n"))
    }

    @Test(arguments: ["x-forwarded-for", "forwarded", "via"])
    func whatAProxyPassesOnIsNotOfThisMachine(_ name: String) async throws {
        let field = try #require(HTTPField.Name(name))
        let response = try await APIFixture().sendLive(.get, "/metrics", headers: [field: "10.0.0.1"])
        #expect(response.status == .unauthorized)
    }

    @Test func metricsAreInPrometheusText() async throws {
        let fixture = try APIFixture(isBusConnected: true)
        _ = try await fixture.send(.post, "/v1/notify", body: "{}")
        _ = try await fixture.send(.get, "/nowhere")
        let text = try await fixture.send(.get, "/metrics", key: "all").text
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.last == "")
        #expect(lines.contains("# TYPE realtime_events_total counter"))
        #expect(lines.contains("realtime_bus_connected 1"))
        #expect(lines.contains(#"realtime_refusals_total{code="not_found"} 1"#))
        #expect(lines.contains(#"realtime_refusals_total{code="unauthorized"} 1"#))
        for line in lines.dropLast() where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            #expect(parts.count == 2)
            #expect(Int(parts.last ?? "") != nil)
        }
    }
}

/// A store of replies whose disk is full.
private struct FullStore: ReplyStore {
    func keep(
        _ collect: @escaping @Sendable () -> [KeptReply],
        completion: @escaping @Sendable (Result<Void, RealtimeError>) -> Void
    ) {
        _ = collect()
        completion(.failure(RealtimeError(.logUnavailable, "the disk is full")))
    }

    func load(now: Int64) async throws(RealtimeError) -> [KeptReply] { [] }
    func close() async {}
}
