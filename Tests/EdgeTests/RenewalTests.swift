import MQTTCodec
import NIOCore
import Realtime
import Testing

@testable import Edge

@Suite struct RenewalTests {
    private static let request = "rt/demo/up/42/realtime_grant/r1"

    /// What the reply to a further grant says.
    private func renew(_ client: TestClient, _ token: String) throws -> ReplyBody? {
        try client.publish(Self.request, token)
        let message = try client.receiveMessages().first { $0.topic == "rt/demo/re/42/-/r1" }
        return try message.map { try ReplyBody.parse(Array($0.payload.utf8), limit: 4096) }
    }

    @Test func aFurtherGrantAddsItsRights() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let client = try fixture.connected(.v5, try EdgeFixture.grant())
        #expect(try client.subscribe("rt/demo/re/42/-/#", "rt/demo/ch/\(channel)") == [.success, .notAuthorized])
        let expires = EdgeFixture.now + 7200
        fixture.allow(
            try EdgeFixture.grant(
                [(channel, [.subscribe, .publish])],
                id: "g2",
                expires: expires,
                components: ["mod_quiz"]
            ),
            token: "more"
        )
        let expected =
            #"{"expires":\#(expires),"channels":[{"hash":"\#(channel)","rights":"sp"}],"components":["mod_quiz"]}"#
        let payload = try EventPayload(json: Array(expected.utf8), limit: 4096)
        #expect(try self.renew(client, "more") == .success(payload: payload))
        #expect(try client.subscribe("rt/demo/ch/\(channel)") == [.success])
        try client.publish("rt/demo/up/42/mod_quiz/r2", qos: .atMostOnce)
        #expect(fixture.delegate.upstream.count == 1)
    }

    @Test func renewingKeepsSubscriptions() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let client = try fixture.connected(.v5, try EdgeFixture.grant([(channel, .subscribe)]))
        #expect(try client.subscribe("rt/demo/re/42/-/#", "rt/demo/ch/\(channel)") == [.success, .success])
        fixture.allow(
            try EdgeFixture.grant([(channel, .subscribe)], id: "g2", expires: EdgeFixture.now + 7200),
            token: "more"
        )
        guard case .success? = try self.renew(client, "more") else {
            Issue.record("the grant was not taken")
            return
        }
        fixture.deliver([(channel, "1")])
        #expect(try client.receiveMessages().map(\.payload) == ["1"])
        #expect(client.handler.session?.rights.grantIDs == ["g2"])
    }

    @Test(arguments: ["other user", "other session", "other role", "unknown"])
    func whatIsNotTheSameSessionIsRefused(_ token: String) throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let client = try fixture.connected(.v5, try EdgeFixture.grant())
        #expect(try client.subscribe("rt/demo/re/42/-/#") == [.success])
        let rights = [(channel, Rights.subscribe)]
        fixture.allow(try EdgeFixture.grant(rights, user: "43"), token: "other user")
        fixture.allow(try EdgeFixture.grant(rights, session: "abd"), token: "other session")
        fixture.allow(try EdgeFixture.grant(rights, role: .device), token: "other role")
        guard case .failure(let error)? = try self.renew(client, token) else {
            Issue.record("the grant was taken")
            return
        }
        #expect(error.code == (token == "unknown" ? .grantInvalid : .forbidden))
        #expect(try client.subscribe("rt/demo/ch/\(channel)") == [.notAuthorized])
        #expect(client.isOpen)
    }
}
