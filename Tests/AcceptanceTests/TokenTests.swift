import Foundation
import Testing

extension Acceptance {
    /// Tokens of PyJWT, good and bad, presented by paho with 3.1.1 and 5.
    @Suite(.bridge) struct TokenTests {
        let bridge: RunningBridge

        init() throws {
            self.bridge = try #require(RunningBridge.shared)
        }

        @Test(arguments: [MQTTProgram.pahoTCP3, .pahoTCP5])
        func goodTokensConnect(_ client: MQTTProgram) async throws {
            let channel = Channel.unique()
            let hash = try #require(try await self.bridge.api.grant([channel]).hashes.first)
            let claims = Token.claims(["ch": [[.string(hash), "s"]], "cmp": ["mod_quiz"]])
            let keys = [self.bridge.folder.clientKey, BridgeFolder.edwardsKey]
            for token in try await Token.sign(keys.map { Token($0, claims: claims) }) {
                try await client.run { peer in
                    #expect(try await peer.connect(to: self.bridge, user: "whoever", password: token) == 0)
                    #expect(try await peer.subscribe("rt/demo/ch/\(hash)") == [0])
                    let position = try await self.bridge.api.notify(channel, true)
                    let event = try await peer.message(on: "rt/demo/ch/\(hash)")
                    #expect(position.hasPrefix(event["epoch"]?.string ?? "none"))
                }
            }
        }

        @Test(arguments: [MQTTProgram.pahoTCP3, .pahoTCP5])
        func badTokensAreRefused(_ client: MQTTProgram) async throws {
            let refusals = try await self.badTokens()
            try await client.run { peer in
                for (name, token) in refusals {
                    let code = try await peer.connect(to: self.bridge, user: "42", password: token)
                    // 3.1.1: bad user name or password, not authorized; 5: the same two.
                    let refused: [JSON] = client.isV5 ? [0x86, 0x87] : [4, 5]
                    #expect(code.map(refused.contains) == true, "\(name): \(code?.text ?? "nothing")")
                }
            }
        }

        /// Tokens that must open nothing, each with what is wrong with it.
        private func badTokens() async throws -> [(String, String)] {
            let key = self.bridge.folder.clientKey
            let now = Int64(Date().timeIntervalSince1970)
            var tokens: [(String, Token)] = []

            var unsigned = Token(key)
            unsigned.algorithm = "none"
            tokens.append(("alg none", unsigned))
            var confused = Token(BridgeFolder.edwardsKey)
            confused.algorithm = "HS256"
            confused.key = BridgeFolder.edwardsPublicKey
            tokens.append(("HS256 with the bytes of an EdDSA public key", confused))
            var foreign = Token(key)
            foreign.key = Data(repeating: 7, count: 32).base64EncodedString()
            tokens.append(("another secret", foreign))
            var unknown = Token(key)
            unknown.header = ["kid": "k9"]
            tokens.append(("unknown kid", unknown))
            var unnamed = Token(key)
            unnamed.header = [:]
            tokens.append(("no kid", unnamed))
            var critical = Token(key)
            critical.header["crit"] = ["exp"]
            tokens.append(("crit", critical))
            var embedded = Token(key)
            embedded.header["jwk"] = ["kty": "oct", "k": "AAAA"]
            tokens.append(("a key in the token", embedded))

            let changes: [(String, [String: JSON?])] = [
                ("expired", ["iat": .int(now - 600), "exp": .int(now - 1)]),
                ("longer than a day", ["exp": .int(now + 90000)]),
                ("made in the future", ["iat": .int(now + 300)]),
                ("another site", ["iss": "other"]),
                ("another audience", ["aud": "somebody-else"]),
                ("a user that is no name", ["sub": "a/b"]),
                ("a role that the key may not give", ["role": "service"]),
                ("an unknown role", ["role": "admin"]),
                ("a channel that is no hash", ["ch": [["abc", "s"]]]),
            ]
            tokens += changes.map { ($0, Token(key, claims: Token.claims($1))) }
            let device = Token(BridgeFolder.edwardsKey, claims: Token.claims(["role": "device"]))
            tokens.append(("EdDSA, a role that the key may not give", device))
            tokens += ["iss", "aud", "sub", "sid", "jti", "iat", "exp"].map { name in
                ("without \(name)", Token(key, claims: Token.claims([name: .some(nil)])))
            }
            let doubled = JSON.object(Token.claims()).text.dropLast() + #","sub":"1"}"#
            tokens.append(("a member twice", Token(key, payload: String(doubled))))
            tokens.append(("claims that are no object", Token(key, payload: "[]")))

            let signed = try await Token.sign(tokens.map(\.1))
            #expect(signed.count == tokens.count)
            let good = try #require(try await Token.sign([Token(key)]).first)
            return [("nothing", ""), ("garbage", "garbage"), ("dots", ".."), ("cut off", String(good.dropLast(4)))]
                + zip(tokens.map(\.0), signed)
        }
    }
}
