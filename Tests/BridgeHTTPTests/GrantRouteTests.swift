import BridgeCore
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Realtime
import Testing

@testable import BridgeHTTP

@Suite struct GrantRouteTests {
    private static let example =
        #"{"user":"42","session":"abc","channels":[{"contextid":15,"component":"mod_quiz","area":"game","itemid":0,"#
        + #""channeldetails":"","rights":["subscribe"]}],"components":["mod_quiz"],"ttl":3600}"#

    @Test func theAnswerHasTheContractsShape() async throws {
        let fixture = try APIFixture()
        let response = try await fixture.send(.post, "/v1/grants", key: "grant", body: Self.example)
        #expect(response.status == .ok)
        #expect(response.headers[.cacheControl] == "no-store")
        let json = try response.json
        let token = try #require(json["token"]?.string)
        let position = try #require(json["channels"]?.array?.first?["position"]?.string)
        #expect(Position(position)?.sequence == 0)
        #expect(
            response.text == #"{"token":"\#(token)","user":"42","session":"abc","site":"demo","expires":1732373600,"#
                + #""ttl":3600,"urls":{"http":"http://h","websocket":"ws://h/mqtt","mqtt":"mqtt://h:1884"},"#
                + #""channels":[{"contextid":15,"component":"mod_quiz","area":"game","itemid":0,"channeldetails":"","#
                + #""rights":["subscribe"],"hash":"gzlFP5ds6BbedNfmyA9NCaDMVic","#
                + #""topic":"rt/demo/ch/gzlFP5ds6BbedNfmyA9NCaDMVic","position":"\#(position)"}]}"#
        )
        let grant = try fixture.verifier.verify(ByteBuffer(string: token))
        #expect(grant.user == "42")
        #expect(grant.components.map(\.rawValue) == ["mod_quiz"])
    }

    @Test func servicesNeedAnAdmin() async throws {
        let fixture = try APIFixture()
        let body = #"{"user":"shop","session":"s","role":"service"}"#
        let refused = try await fixture.send(.post, "/v1/grants", key: "grant", body: body)
        #expect(refused.status == .forbidden)
        #expect(refused.problem == "forbidden")
        let response = try await fixture.send(.post, "/v1/grants", key: "all", body: body)
        let token = try #require(try response.json["token"]?.string)
        #expect(try fixture.verifier.verify(ByteBuffer(string: token)).role == .service)
    }

    @Test func keysOfOtherComponentsAreForbidden() async throws {
        let response = try await APIFixture().send(.post, "/v1/grants", key: "chat", body: Self.example)
        #expect(response.status == .forbidden)
        #expect(response.problem == "component_disabled" || response.problem == "forbidden")
    }

    @Test(arguments: [
        ("mod_quiz", "mod_other", "component_disabled", 403), (#""game""#, #""other""#, "area_disabled", 403),
        (#""game""#, #""a/b""#, "channel_invalid", 400), ("3600", "86401", "payload_invalid", 400),
        ("42", "4/2", "payload_invalid", 400),
    ])
    func refusalsHaveTheirCode(old: String, new: String, code: String, status: Int) async throws {
        let body = Self.example.replacing(old, with: new)
        let response = try await APIFixture().send(.post, "/v1/grants", key: "grant", body: body)
        #expect(response.problem == code)
        #expect(response.status.code == status)
    }
}
