import Testing

@testable import Realtime

@Suite struct TokenHeaderTests {
    @Test(arguments: [
        "", ".", "..", "...", "garbage", "a.b", "a.b.c", "a.b.c.d", "e30.e30.", "e30.e30.AAAA", "=.=.=",
        "e30=.e30=.AAAA",
        "e30 .e30.AAAA", "\u{0}.\u{0}.\u{0}", "e30.e30.AAAA\n",
    ])
    func garbageIsRefused(token: String) throws {
        #expect(try TokenForge().refusal(token: Array(token.utf8))?.code == .grantInvalid)
    }

    @Test(arguments: [
        #"{"alg":"none","kid":"k1"}"#, #"{"alg":"None","kid":"k1"}"#, #"{"alg":"EdDSA","kid":"k1"}"#,
        #"{"alg":"hs256","kid":"k1"}"#, #"{"alg":"HS512","kid":"k1"}"#, #"{"kid":"k1"}"#, #"{"alg":"HS256"}"#,
        #"{"alg":"HS256","kid":"k2"}"#, #"{"alg":"HS256","kid":""}"#, #"{"alg":"HS256","kid":1}"#,
        #"{"alg":["HS256"],"kid":"k1"}"#, #"{"alg":"HS256","kid":"k1","typ":"JWE"}"#,
        #"{"alg":"HS256","kid":"k1","typ":1}"#,
        #"{"alg":"HS256","kid":"k1","crit":["exp"]}"#, #"{"alg":"HS256","kid":"k1","crit":[]}"#,
        #"{"alg":"HS256","kid":"k1","jwk":{}}"#, #"{"alg":"HS256","kid":"k1","jku":"https://x.example"}"#,
        #"{"alg":"HS256","kid":"k1","x5u":"https://x.example"}"#, #"{"alg":"HS256","kid":"k1","x5c":[]}"#,
        #"{"alg":"HS256","kid":"k1","kid":"k1"}"#, #"{"alg":"none","alg":"HS256","kid":"k1"}"#,
        #"{"alg":"HS256","\u006bid":"k1","kid":"k1"}"#, #"["HS256","k1"]"#, #"{"alg":"HS256","kid":"k1""#, "",
        #"{"alg":"HS256","kid":"k1"} x"#,
    ])
    func badHeadersAreRefused(header: String) throws {
        let error = try #require(TokenForge().refusal(header: header))
        #expect(error.code == .grantInvalid)
        #expect(!error.message.contains("example"))
    }

    @Test(arguments: [
        #"{"alg":"HS256","kid":"k1"}"#, #"{"kid":"k1","alg":"HS256","typ":"jwt"}"#,
        #"{"typ":"JWT","alg":"HS256","kid":"k1","extra":{"a":1}}"#,
    ])
    func goodHeadersAreTaken(header: String) throws {
        #expect(try TokenForge().refusal(header: header) == nil)
    }

    @Test func theUnsignedFormIsRefused() throws {
        let header = Base64URL.encode(Array(#"{"alg":"none","kid":"k1"}"#.utf8))
        let token = header + "." + Base64URL.encode(Array(TokenForge.claims().utf8)) + "."
        #expect(try TokenForge().refusal(token: Array(token.utf8))?.code == .grantInvalid)
    }

    /// Whatever bit of a good token is changed, it is no longer good.
    @Test func everyChangedCharacterIsRefused() throws {
        let forge = try TokenForge()
        let token = forge.token(claims: TokenForge.claims())
        #expect(forge.refusal(token: token) == nil)
        for index in token.indices {
            var changed = token
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(forge.refusal(token: changed)?.code == .grantInvalid)
        }
        for count in 1..<8 {
            #expect(forge.refusal(token: token.dropLast(count))?.code == .grantInvalid)
        }
        #expect(forge.refusal(token: token + Array("=".utf8))?.code == .grantInvalid)
    }

    /// What is wrong with the payload must not show before the signature is known to be good.
    @Test(arguments: ["!!!", "e30", "bm90IGpzb24"])
    func theSignatureIsCheckedFirst(payload: String) throws {
        let forge = try TokenForge()
        let header = Base64URL.encode(Array(TokenForge.goodHeader.utf8))
        let unsigned = Array("\(header).\(payload).\(Base64URL.encode(Array(repeating: UInt8(0), count: 32)))".utf8)
        #expect(forge.refusal(token: unsigned)?.message == "the signature is not valid")
        let signed = forge.refusal(token: forge.signed("\(header).\(payload)"))
        #expect(signed?.code == .grantInvalid)
        #expect(signed?.message != "the signature is not valid")
    }

    @Test func tooLongTokensAreRefused() throws {
        let forge = try TokenForge()
        let padded = { (count: Int) in
            forge.token(claims: TokenForge.claims(["pad": "\"\(String(repeating: "x", count: count))\""]))
        }
        let fitting = try #require((5_000..<6_000).last { padded($0).count <= Grant.maximumTokenBytes })
        #expect(forge.refusal(token: padded(fitting)) == nil)
        #expect(padded(fitting + 3).count > Grant.maximumTokenBytes)
        #expect(forge.refusal(token: padded(fitting + 3))?.message.contains("7680") == true)
    }
}
