import Testing

@testable import Realtime

@Suite struct JSONValueTests {
    private func parse(_ text: String) throws -> JSONValue {
        try JSONValue.parse(Array(text.utf8))
    }

    @Test func kinds() throws {
        let value = try self.parse(#"{"n":null,"b":true,"i":-7,"f":1.0,"s":"x","a":[1,"2"],"o":{"k":false}}"#)
        #expect(value["n"]?.isNull == true)
        #expect(value["b"]?.bool == true)
        #expect(value["i"]?.int64 == -7)
        #expect(value["f"]?.int64 == nil)
        #expect(value["f"]?.number == "1.0")
        #expect(value["s"]?.string == "x")
        #expect(value["a"]?.array?.map(\.raw) == [Array("1".utf8)[...], Array(#""2""#.utf8)[...]])
        #expect(value["o"]?["k"]?.bool == false)
        #expect(value["missing"] == nil)
        #expect(value["s"]?["x"] == nil)
        #expect(value.members?.map(\.name) == ["n", "b", "i", "f", "s", "a", "o"])
    }

    @Test func keepsTheSourceOfEveryMember() throws {
        let value = try self.parse("{\"p\" :  { \"x\":1.50 ,\n\"y\":\"\\u0041\" }  , \"q\":1e2}")
        #expect(value["p"].map { String(decoding: $0.raw, as: UTF8.self) } == "{ \"x\":1.50 ,\n\"y\":\"\\u0041\" }")
        #expect(value["q"].map { String(decoding: $0.raw, as: UTF8.self) } == "1e2")
    }

    @Test(arguments: [
        (#""""#, ""), (#""\"\\\/""#, "\"\\/"), (#""\b\f\n\r\t""#, "\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9""#, "A\u{E9}"),
        (#""\ud83d\ude00!""#, "\u{1F600}!"), (#""a\u0000b""#, "a\u{0}b"), ("\"\u{E9}\u{1F600}\"", "\u{E9}\u{1F600}"),
        (#""\udbff\udfff""#, "\u{10FFFF}"), (#""\uE000""#, "\u{E000}"),
    ])
    func decodesStrings(text: String, expected: String) throws {
        let decoded = try #require(self.parse(text).string)
        #expect(decoded.utf8.elementsEqual(expected.utf8))
    }

    @Test(arguments: [
        #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, #"[{"x":{"a":1,"b":2,"a":3}}]"#, #"{"":1,"":2}"#,
        "{\"\u{E9}\":1,\"\\u00e9\":2}",
    ])
    func duplicateMembersAreRefused(text: String) {
        let error = #expect(throws: RealtimeError.self) { try self.parse(text) }
        #expect(error?.code == .payloadInvalid)
    }

    @Test func bothFormsOfAnAccentAreTwoNames() throws {
        let value = try self.parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(value["\u{E9}"]?.int64 == 1)
        #expect(value["e\u{301}"]?.int64 == 2)
    }

    @Test func duplicatesAreFoundAmongMany() throws {
        let members = (0..<2_000).map { #""m\#($0)":\#($0)"# }
        #expect(try self.parse("{\(members.joined(separator: ","))}").members?.count == 2_000)
        for name in ["m0", "m11", "m12", "m1999"] {
            #expect(throws: RealtimeError.self) {
                try self.parse("{\(members.joined(separator: ",")),\"\(name)\":0}")
            }
        }
    }

    @Test func integersAreStrict() throws {
        #expect(try self.parse("9223372036854775807").int64 == .max)
        #expect(try self.parse("-9223372036854775808").int64 == .min)
        #expect(try self.parse("18446744073709551615").uint64 == .max)
        for text in ["9223372036854775808", "1.0", "1e3", "-0", "0.5", #""1""#, "true"] {
            #expect(try self.parse(text).int64 == nil)
        }
        #expect(try self.parse("-1").uint64 == nil)
    }

    @Test func opaqueMembersAreCheckedNotBuilt() throws {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        let text = #"{"items":[{"payload":{"a":1,"a":2}},{"payload":\#(deep)}]}"#
        let value = try JSONValue.parse(Array(text.utf8), opaque: "payload")
        let payload = try #require(value["items"]?.array?.first?["payload"])
        #expect(payload.members == nil)
        #expect(String(decoding: payload.raw, as: UTF8.self) == #"{"a":1,"a":2}"#)
        #expect(throws: RealtimeError.self) {
            try JSONValue.parse(Array(#"{"payload":[1,]}"#.utf8), opaque: "payload")
        }
        #expect(throws: RealtimeError.self) { try self.parse(text) }
    }

    @Test func depthIsBounded() throws {
        let text = String(repeating: "[", count: 200_000)
        #expect(throws: RealtimeError.self) { try self.parse(text) }
    }

    @Test func errorsDoNotRepeatTheContent() {
        let error = #expect(throws: RealtimeError.self) { try self.parse(#"{"secret":tresor}"#) }
        #expect(error?.message.contains("tresor") == false)
    }
}
