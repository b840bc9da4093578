import HTTPTypes
import HummingbirdTesting
import Realtime
import Testing

@testable import BridgeHTTP

@Suite struct NotifyRouteTests {
    private static func channel(
        _ contextID: Int = 15,
        component: String = "mod_quiz",
        area: String = "game"
    ) -> String {
        #"{"contextid":\#(contextID),"component":"\#(component)","area":"\#(area)","itemid":0}"#
    }

    @Test func oneEventIsAnsweredWithItsPosition() async throws {
        let fixture = try APIFixture()
        let body = #"{"channel":\#(Self.channel()),"payload":{"a":1},"key":"k"}"#
        let first = try await fixture.send(.post, "/v1/notify", key: "notify", body: body)
        #expect(first.status == .ok)
        #expect(first.headers[.contentType] == "application/json")
        #expect(first.headers[.cacheControl] == "no-store")
        let json = try first.json
        #expect(json.members?.map(\.name) == ["hash", "position"])
        #expect(json["hash"]?.string == "gzlFP5ds6BbedNfmyA9NCaDMVic")
        #expect(json["position"]?.string?.hasSuffix(":1") == true)
        let again = try await fixture.send(.post, "/v1/notify", key: "notify", body: body)
        #expect(again.text == first.text)
        let reused = body.replacing(#"{"a":1}"#, with: "2")
        let refused = try await fixture.send(.post, "/v1/notify", key: "notify", body: reused)
        #expect(refused.status == .conflict)
        #expect(refused.problem == "key_reused")
        // Another key of the API is another publisher.
        #expect(try await fixture.send(.post, "/v1/notify", key: "all", body: reused).status == .ok)
    }

    @Test func onePayloadToManyChannels() async throws {
        let fixture = try APIFixture()
        let body = #"{"channels":[\#(Self.channel(1)),\#(Self.channel(2, area: "x")),\#(Self.channel(3))],"payload":1}"#
        let response = try await fixture.send(.post, "/v1/notify", key: "notify", body: body)
        #expect(response.status == .ok)
        let results = try #require(try response.json["results"]?.array)
        #expect(results.map { $0["position"]?.string?.hasSuffix(":1") } == [true, nil, true])
        #expect(results[1]["error"]?["code"]?.string == "area_disabled")
        #expect(results[1]["error"]?["message"]?.string?.isEmpty == false)
    }

    @Test func manyEventsInOrder() async throws {
        let fixture = try APIFixture()
        let items = (0..<100).map { #"{"channel":\#(Self.channel($0 % 2)),"payload":\#($0)}"# }
        let body = #"{"items":[\#(items.joined(separator: ","))]}"#
        let response = try await fixture.send(.post, "/v1/notify", key: "notify", body: body)
        let results = try #require(try response.json["results"]?.array)
        let sequences = results.map { $0["position"]?.string?.split(separator: ":").last }
        let expected: [Substring?] = (0..<100).map { Substring("\($0 / 2 + 1)") }
        #expect(sequences == expected)
    }

    @Test func refusalsHaveTheirStatus() async throws {
        let fixture = try APIFixture(payloadLimit: 8)
        let cases: [(String, String, Int, String)] = [
            (Self.channel(component: "mod_other"), "1", 403, "component_disabled"),
            (Self.channel(area: "other"), "1", 403, "area_disabled"),
            (Self.channel(component: "Mod"), "1", 400, "channel_invalid"),
            (Self.channel(), #""1234567""#, 413, "payload_too_large"),
        ]
        for (channel, payload, status, code) in cases {
            let body = #"{"channel":\#(channel),"payload":\#(payload)}"#
            let response = try await fixture.send(.post, "/v1/notify", key: "notify", body: body)
            #expect(response.status.code == status)
            #expect(response.problem == code)
        }
        let body = #"{"channel":\#(Self.channel()),"payload":1}"#
        let forbidden = try await fixture.send(.post, "/v1/notify", key: "chat", body: body)
        #expect(forbidden.status == .forbidden)
        #expect(forbidden.problem == "forbidden")
    }

    @Test func tooManyEventsAreRefused() async throws {
        let item = #"{"channel":\#(Self.channel()),"payload":1}"#
        let body = #"{"items":[\#(Array(repeating: item, count: 1001).joined(separator: ","))]}"#
        let response = try await APIFixture().send(.post, "/v1/notify", key: "notify", body: body)
        #expect(response.status == .tooManyRequests)
        #expect(response.problem == "limit")
    }
}
