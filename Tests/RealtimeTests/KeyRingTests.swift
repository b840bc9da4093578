import Testing

@testable import Realtime

@Suite struct KeyRingTests {
    /// RFC 8037 appendix A.1 and A.2.
    static let privateKey = Base64URL.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A") ?? []
    static let publicKey = Base64URL.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo") ?? []

    private func grant(
        role: Role = .client,
        components: [ComponentName] = [],
        channels: [Grant.ChannelRight] = [],
        site: String = "demo"
    ) -> Grant {
        Grant(
            site: site,
            user: "42",
            session: "abc",
            id: "g1",
            issuedAt: 1_732_370_000,
            expiresAt: 1_732_373_600,
            role: role,
            components: components,
            channels: channels,
            epoch: Epoch("k3f9")
        )
    }

    @Test func tokensOfPyJWTAreTaken() throws {
        let token =
            "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIiwidHlwIjoiSldUIn0.eyJpc3MiOiJkZW1vIiwiYXVkIjoicmVhbHRpbWUtYnJpZGdlIiwic3ViIj"
            + "oiNDIiLCJzaWQiOiJhYmMiLCJqdGkiOiJnMSIsImlhdCI6MTczMjM3MDAwMCwiZXhwIjoxNzMyMzczNjAwLCJlcCI6ImszZjkiLCJjaCI6W1si"
            + "Z3psRlA1ZHM2QmJlZE5mbXlBOU5DYURNVmljIiwic3AiLDQxXSxbIkh3Q1UwYnFKYWN2ekkyTUhjUkdpX3F6amNoYyIsInMiXV0sImNtcCI6Wy"
            + "Jtb2RfcXVpeiJdfQ.vYPm5Kw0ajcuFzXjrUNkprKguQHKSN8jtOemUgpOp6E"
        let grant = try TokenForge().ring.verify(token: Array(token.utf8), now: TestValues.now)
        #expect(grant.user == "42" && grant.session == "abc" && grant.id == "g1" && grant.role == .client)
        #expect(grant.issuedAt == 1_732_370_000 && grant.expiresAt == 1_732_373_600)
        #expect(grant.channels.map(\.rights) == [[.subscribe, .publish], .subscribe])
        #expect(grant.channels.map(\.sequence) == [41, nil])
        #expect(grant.channels.first?.hash.description == TokenForge.hash)
        #expect(grant.components.map(\.rawValue) == ["mod_quiz"])
    }

    /// RFC 7515 appendix A.1.
    @Test func hmacVector() throws {
        let secret = try #require(
            Base64URL.decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
        )
        let key = try GrantKey(kid: "a1", algorithm: .hs256(secret: secret))
        let signed =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
            + "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        let signature = try #require(Base64URL.decode("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
        #expect(key.signature(for: Array(signed.utf8)) == signature)
        #expect(key.isValidSignature(signature, for: Array(signed.utf8)))
        #expect(!key.isValidSignature(Array(signature.dropLast()), for: Array(signed.utf8)))
    }

    /// RFC 8037 appendix A.4 and A.5.
    @Test func ed25519Vector() throws {
        let key = try GrantKey(kid: "e1", algorithm: .ed25519(public: Self.publicKey, private: nil))
        let signed = Array("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".utf8)
        let signature = try #require(
            Base64URL.decode("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
        )
        #expect(key.isValidSignature(signature, for: signed))
        #expect(!key.isValidSignature(signature, for: signed + [0]))
        #expect(!key.isValidSignature([], for: signed))
        #expect(key.signature(for: signed) == nil)
    }

    @Test func signedGrantsAreVerified() throws {
        let site = try TestValues.site
        let channels = try (0..<80).map {
            Grant.ChannelRight(
                hash: try TestValues.hash($0),
                rights: $0 % 2 == 0 ? .subscribe : [.publish],
                sequence: UInt64($0)
            )
        }
        let grant = try self.grant(components: [ComponentName("mod_quiz")], channels: channels)
        for algorithm in [
            GrantKey.Algorithm.hs256(secret: TestValues.secret),
            .ed25519(public: Self.publicKey, private: Self.privateKey),
        ] {
            let ring = try KeyRing(site: site, keys: [GrantKey(kid: "k\"1", algorithm: algorithm)])
            let token = try ring.sign(grant)
            #expect(try ring.verify(token: Array(token.utf8), now: TestValues.now) == grant)
        }
    }

    @Test func hmacWithThePublicKeyAsSecretIsRefused() throws {
        let site = try TestValues.site
        let ring = try KeyRing(
            site: site,
            keys: [GrantKey(kid: "k1", algorithm: .ed25519(public: Self.publicKey, private: nil))]
        )
        let attacker = try KeyRing(
            site: site,
            keys: [GrantKey(kid: "k1", algorithm: .hs256(secret: Self.publicKey))]
        )
        let token = try attacker.sign(self.grant())
        let error = #expect(throws: RealtimeError.self) {
            try ring.verify(token: Array(token.utf8), now: TestValues.now)
        }
        #expect(error?.code == .grantInvalid)
    }

    @Test func theFirstKeyThatMaySigns() throws {
        let quiz = try ComponentName("mod_quiz")
        let chat = try ComponentName("mod_chat")
        let keys = [
            try GrantKey(kid: "checks", algorithm: .ed25519(public: Self.publicKey, private: nil)),
            try GrantKey(kid: "quiz", components: [quiz], algorithm: .hs256(secret: TestValues.secret)),
            try GrantKey(kid: "all", algorithm: .hs256(secret: TestValues.secret + [1])),
            try GrantKey(kid: "service", roles: [.service], algorithm: .hs256(secret: TestValues.secret + [2])),
        ]
        let ring = try KeyRing(site: TestValues.site, keys: keys)
        let kid = { (grant: Grant) in try CompactToken(Array(ring.sign(grant).utf8).span).kid }
        #expect(try kid(self.grant(components: [quiz])) == "quiz")
        #expect(try kid(self.grant(components: [quiz, chat])) == "all")
        #expect(try kid(self.grant(role: .service)) == "service")
        let clientsOnly = try KeyRing(site: TestValues.site, keys: [keys[2]])
        let error = #expect(throws: RealtimeError.self) { try clientsOnly.sign(self.grant(role: .service)) }
        #expect(error?.code == .forbidden)
    }

    @Test func whatNoTokenMayHoldIsNotSigned() throws {
        let ring = try TokenForge().ring
        #expect(throws: RealtimeError.self) { try ring.sign(self.grant(site: "other")) }
        let many = try (0..<121).map { Grant.ChannelRight(hash: try TestValues.hash($0), rights: .subscribe) }
        #expect(throws: RealtimeError.self) { try ring.sign(self.grant(channels: many)) }
        let long = try (0..<120).map {
            Grant.ChannelRight(hash: try TestValues.hash($0), rights: [.subscribe, .publish], sequence: .max)
        }
        let error = #expect(throws: RealtimeError.self) { try ring.sign(self.grant(channels: long)) }
        #expect(error?.code == .limit)
    }

    @Test func badKeysAreRefused() throws {
        let short = Array(repeating: UInt8(1), count: 31)
        #expect(throws: RealtimeError.self) { try GrantKey(kid: "k", algorithm: .hs256(secret: short)) }
        #expect(throws: RealtimeError.self) {
            try GrantKey(kid: "", algorithm: .hs256(secret: TestValues.secret))
        }
        #expect(throws: RealtimeError.self) {
            try GrantKey(kid: "k", roles: [], algorithm: .hs256(secret: TestValues.secret))
        }
        #expect(throws: RealtimeError.self) { try GrantKey(kid: "k", algorithm: .ed25519(public: short, private: nil)) }
        #expect(throws: RealtimeError.self) {
            try GrantKey(kid: "k", algorithm: .ed25519(public: Self.publicKey, private: TestValues.secret))
        }
        let key = try GrantKey(kid: "k", algorithm: .hs256(secret: TestValues.secret))
        #expect(throws: RealtimeError.self) { try KeyRing(site: TestValues.site, keys: [key, key]) }
        #expect("\(key)" == "GrantKey(k, HS256)")
    }
}
