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
