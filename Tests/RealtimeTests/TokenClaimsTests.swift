import Testing

@testable import Realtime

@Suite struct TokenClaimsTests {
    @Test(arguments: ["iss", "aud", "sub", "sid", "jti", "iat", "exp"])
    func everyRequiredClaimIsRequired(claim: String) throws {
        let error = try TokenForge().refusal(claims: TokenForge.claims([claim: nil]))
        #expect(error == RealtimeError(.grantInvalid, "\(claim) is missing"))
    }

    @Test(arguments: [
        ("iss", #""other""#), ("iss", "1"), ("aud", #""other""#), ("aud", "[]"), ("aud", #"["other"]"#), ("aud", "1"),
        ("sub", #""""#), ("sub", #""a b""#), ("sub", #""a/b""#), ("sub", #""+""#), ("sub", "42"), ("sub", #""é""#),
        ("sub", #""\#(String(repeating: "u", count: 65))""#), ("sid", #""""#), ("sid", #""a\u0000""#), ("sid", "1"),
        ("sid", #""\#(String(repeating: "s", count: 129))""#), ("jti", #""""#), ("jti", #""\n""#), ("jti", "null"),
        ("iat", #""1732370000""#), ("iat", "1732370000.5"), ("iat", "1.7e9"), ("iat", "99999999999999999999"),
        ("iat", "-9223372036854775808"), ("exp", "1732373600.1"), ("exp", "9223372036854775807"), ("exp", "1732370000"),
        ("exp", "1732369999"), ("exp", "1732456401"), ("exp", "true"), ("nbf", "1732370131"), ("nbf", #""x""#),
        ("role", #""admin""#), ("role", #""service""#), ("role", "1"), ("role", "null"), ("ep", #""K3""#), ("ep", "1"),
        ("cmp", #""mod_quiz""#), ("cmp", "[1]"), ("cmp", #"["Mod"]"#), ("ch", "{}"), ("ch", "[1]"), ("ch", "[[]]"),
    ])
    func badClaimsAreRefused(claim: String, value: String) throws {
        let error = try TokenForge().refusal(claims: TokenForge.claims([claim: value]))
        #expect(error?.code == .grantInvalid)
    }

    @Test(arguments: [
        #"["\#(TokenForge.hash)"]"#, #"["\#(TokenForge.hash)","x"]"#, #"["\#(TokenForge.hash)",""]"#,
        #"["short","s"]"#, #"["\#(TokenForge.hash)","s",-1]"#, #"["\#(TokenForge.hash)","s",1.5]"#,
        #"["\#(TokenForge.hash)","s","1"]"#, #"["\#(TokenForge.hash)","s",1,2]"#, #"["\#(TokenForge.hash)",1]"#,
        #"["\#(TokenForge.hash)","s"],["\#(TokenForge.hash)","p"]"#,
        #"["\#(TokenForge.hash)","p",1,[15,"mod_quiz","game",0]]"#, #"["\#(TokenForge.hash)","p",1,null]"#,
        #"["\#(TokenForge.hash)","p",1,[15,"Quiz","game",0,""]]"#,
        #"["\#(TokenForge.hash)","p",1,[1.5,"mod_quiz","game",0,""]]"#,
        #"["\#(TokenForge.hash)","p",1,[15,"mod_quiz","game",0,""],1]"#,
        #"["\#(TokenForge.hash)","p",1,[15,"mod_quiz","a/b",0,""]]"#,
    ])
    func badChannelsAreRefused(list: String) throws {
        let error = try TokenForge().refusal(claims: TokenForge.claims(["ch": "[\(list)]", "ep": #""k3f9""#]))
        #expect(error?.code == .grantInvalid)
    }

    @Test(arguments: [
        ("aud", #"["other","realtime-bridge"]"#), ("iat", "1732370000.0"), ("nbf", "1732370130"), ("iat", "1732370130"),
        ("exp", "1732456400"), ("role", #""device""#), ("role", #""client""#), ("cmp", #"["mod_quiz","mod_quiz"]"#),
        ("cmp", #"["realtime_echo"]"#), ("ch", "[]"), ("ep", #""k3f9""#), ("whatever", #"{"a":[1]}"#),
        ("sid", #""\#(String(repeating: "s", count: 128))""#),
    ])
    func goodClaimsAreTaken(claim: String, value: String) throws {
        #expect(try TokenForge().refusal(claims: TokenForge.claims([claim: value])) == nil)
    }

    @Test(arguments: [
        #"{"iss":"demo","iss":"demo","aud":"realtime-bridge","sub":"42","sid":"a","jti":"g","iat":1732370000,"exp":1732373600}"#,
        #"[]"#, "1", "", "nope",
        #"{"iss":"demo","aud":"realtime-bridge","sub":"42","sid":"a","jti":"g","iat":1732370000,"exp":1732373600,"x":{"a":1,"a":1}}"#,
    ])
    func payloadsAreStrictJSONObjects(claims: String) throws {
        #expect(try TokenForge().refusal(claims: claims)?.code == .grantInvalid)
    }

    @Test func expiryHasNoLeewayTheRestHasThirtySeconds() throws {
        let forge = try TokenForge()
        let token = forge.token(claims: TokenForge.claims())
        #expect(forge.refusal(token: token, now: 1_732_373_599) == nil)
        #expect(forge.refusal(token: token, now: 1_732_373_600)?.code == .grantExpired)
        #expect(forge.refusal(token: token, now: 1_732_369_970) == nil)
        #expect(forge.refusal(token: token, now: 1_732_369_969)?.code == .grantInvalid)
    }

    @Test func aSequenceNumberNeedsAnEpoch() throws {
        let list = #"[["\#(TokenForge.hash)","s",41]]"#
        let forge = try TokenForge()
        #expect(forge.refusal(claims: TokenForge.claims(["ch": list]))?.code == .grantInvalid)
        let grant = try forge.verify(claims: TokenForge.claims(["ch": list, "ep": #""k3f9""#]))
        #expect(grant.channels.first?.sequence == 41)
        #expect(grant.epoch?.description == "k3f9")
    }

    @Test(arguments: [("41,", 41 as UInt64?), ("null,", nil)])
    func aTokenMaySayWhichChannelAHashIs(sequence: String, read: UInt64?) throws {
        let list = #"[["\#(TokenForge.hash)","sp",\#(sequence)["-9223372036854775808","mod_quiz","game",7,"é/1"]]]"#
        let grant = try TokenForge().verify(claims: TokenForge.claims(["ch": list, "ep": #""k3f9""#]))
        let hash = try #require(grant.channels.first?.hash)
        #expect(grant.channels.first?.sequence == read)
        let channel = try Channel(
            contextID: .min, component: "mod_quiz", area: "game", itemID: 7, details: "é/1")
        #expect(grant.names == [hash: channel])
        let rights = HeldRights(grant)
        #expect(rights.name(of: hash) == channel)
        // What is signed is read again.
        let again = try Grant(claims: JSONValue.parse(grant.encodeClaims()))
        #expect(again == grant)
    }

    @Test func atMost120Channels() throws {
        let list = { (count: UInt32) in
            let channels = try (0..<count).map { #"["\#(try TestValues.hash($0))","s"]"# }
            return "[\(channels.joined(separator: ","))]"
        }
        let forge = try TokenForge()
        #expect(try forge.verify(claims: TokenForge.claims(["ch": list(120)])).channels.count == 120)
        #expect(try forge.refusal(claims: TokenForge.claims(["ch": list(121)]))?.code == .grantInvalid)
    }

    @Test func theKeyBoundsRolesAndComponents() throws {
        let service = try TokenForge(roles: [.service])
        #expect(service.refusal(claims: TokenForge.claims())?.code == .grantInvalid)
        #expect(service.refusal(claims: TokenForge.claims(["role": #""service""#])) == nil)
        let limited = try TokenForge(components: [ComponentName("mod_quiz")])
        #expect(limited.refusal(claims: TokenForge.claims(["cmp": #"["mod_quiz"]"#])) == nil)
        #expect(limited.refusal(claims: TokenForge.claims(["cmp": #"["mod_quiz","mod_chat"]"#]))?.code == .grantInvalid)
    }

    @Test func refusalsNeverRepeatTheToken() throws {
        let error = try TokenForge().refusal(claims: TokenForge.claims(["sub": #""tresor!""#]))
        #expect(error?.description.contains("tresor") == false)
    }
}
