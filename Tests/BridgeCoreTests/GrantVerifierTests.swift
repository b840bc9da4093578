import BridgeCore
import NIOCore
import Realtime
import Testing

@Suite struct GrantVerifierTests {
    private func refusal(_ verifier: GrantVerifier, _ token: String) -> RealtimeError.Code? {
        do throws(RealtimeError) {
            _ = try verifier.verify(ByteBuffer(string: token))
            return nil
        } catch {
            return error.code
        }
    }

    private func token(_ fixture: CoreFixture, role: Role = .client) async throws -> String {
        let request = GrantRequest(user: "42", session: "abc", role: role, lifetime: 60)
        return try await fixture.issuer.issue(request, for: .library).token
    }

    @Test func goodTokensStayGoodUntilTheyExpire() async throws {
        let fixture = try CoreFixture()
        let token = try await self.token(fixture)
        let grant = try fixture.verifier.verify(ByteBuffer(string: token))
        fixture.clock.advance(seconds: 59)
        #expect(try fixture.verifier.verify(ByteBuffer(string: token)) == grant)
        fixture.clock.advance(seconds: 1)
        #expect(self.refusal(fixture.verifier, token) == .grantExpired)
        // The same without a memory of the token.
        let clock = fixture.clock
        #expect(self.refusal(GrantVerifier(keys: fixture.keys) { clock.now }, token) == .grantExpired)
    }

    @Test func anyChangeMakesATokenBad() async throws {
        let fixture = try CoreFixture()
        let token = try await self.token(fixture)
        #expect(self.refusal(fixture.verifier, token) == nil)
        for index in [0, 30, token.utf8.count - 5] {
            var bytes = Array(token.utf8)
            bytes[index] = bytes[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(self.refusal(fixture.verifier, String(decoding: bytes, as: UTF8.self)) == .grantInvalid)
        }
        #expect(self.refusal(fixture.verifier, token + "A") == .grantInvalid)
        #expect(self.refusal(fixture.verifier, "") == .grantInvalid)
    }

    @Test func longTokensAreRefusedUnread() throws {
        let fixture = try CoreFixture()
        let error = #expect(throws: RealtimeError.self) {
            try fixture.verifier.verify(ByteBuffer(repeating: 65, count: Grant.maximumTokenBytes + 1))
        }
        #expect(error?.code == .grantInvalid)
        #expect(error?.message.contains("\(Grant.maximumTokenBytes)") == true)
    }

    @Test func servicesAreSignedWithTheirOwnKey() async throws {
        let fixture = try CoreFixture()
        let token = try await self.token(fixture, role: .service)
        #expect(try fixture.verifier.verify(ByteBuffer(string: token)).role == .service)
        let clients = try KeyRing(
            site: fixture.site,
            keys: [
                try GrantKey(kid: "k1", algorithm: .hs256(secret: Array("0123456789abcdef0123456789abcdef".utf8)))
            ]
        )
        let verifier = GrantVerifier(keys: clients) { CoreFixture.time }
        #expect(self.refusal(verifier, token) == .grantInvalid)
    }

    @Test func manyTokensAreVerifiedBeyondTheMemory() throws {
        let fixture = try CoreFixture()
        var first: String?
        for number in 0..<9000 {
            let grant = Grant(
                site: "demo",
                user: "u\(number)",
                session: "s",
                id: "g",
                issuedAt: CoreFixture.time / 1000,
                expiresAt: CoreFixture.time / 1000 + 60
            )
            let token = try fixture.keys.sign(grant)
            first = first ?? token
            #expect(try fixture.verifier.verify(ByteBuffer(string: token)).user == "u\(number)")
        }
        #expect(try fixture.verifier.verify(ByteBuffer(string: try #require(first))).user == "u0")
    }
}
