import Testing

@testable import Realtime

@Suite struct ChannelTests {
    @Test(arguments: [
        ("", ""), ("a b", ""), ("a/b", ""), (String(repeating: "a", count: 101), ""), ("\u{E9}", ""),
        ("a", "x\ny"), ("a", "\r\n"), ("a", "\u{0}"), ("a", "\u{7F}"), ("a", "\u{85}"),
        ("a", String(repeating: "a", count: 256)), ("a", String(repeating: "\u{E9}", count: 128)),
    ])
    func badFieldsAreRefused(area: String, details: String) throws {
        let error = #expect(throws: RealtimeError.self) {
            try Channel(contextID: 1, component: "mod_quiz", area: area, itemID: 0, details: details)
        }
        #expect(error?.code == .channelInvalid)
    }

    @Test func longestFieldsAreTaken() throws {
        let channel = try Channel(
            contextID: .min,
            component: String(repeating: "a", count: 100),
            area: String(repeating: "-", count: 100),
            itemID: .max,
            details: String(repeating: "x", count: 255)
        )
        #expect(channel.details.utf8.count == 255)
    }

    @Test(
        arguments: [
            (#"{"contextid":15,"component":"mod_quiz","area":"game","itemid":0}"#, 15, 0, ""),
            (
                #"{"contextid":"15","component":"mod_quiz","area":"game","itemid":"-7","channeldetails":"d"}"#, 15, -7,
                "d"
            ),
            (
                #"{"contextid":"9223372036854775807","component":"mod_quiz","area":"game","itemid":-9223372036854775808}"#,
                Int64.max, Int64.min, ""
            ),
        ] as [(String, Int64, Int64, String)]
    )
    func readsJSON(text: String, contextID: Int64, itemID: Int64, details: String) throws {
        let channel = try Channel(json: JSONValue.parse(Array(text.utf8)))
        let expected = try Channel(
            contextID: contextID,
            component: "mod_quiz",
            area: "game",
            itemID: itemID,
            details: details
        )
        #expect(channel == expected)
    }

    @Test(arguments: [
        "1.0", "1e3", "+1", "-0", #""+1""#, #""01""#, #""-0""#, #""1.0""#, #""""#, #""-""#, #"" 1""#, "null", "true",
        "9223372036854775808", #""-9223372036854775809""#, "[1]", #""\#u{0661}""#,
    ])
    func otherIntegersAreRefused(number: String) throws {
        let text = #"{"contextid":\#(number),"component":"mod_quiz","area":"game","itemid":0}"#
        #expect(throws: RealtimeError.self) { try Channel(json: JSONValue.parse(Array(text.utf8))) }
    }

    @Test(arguments: [
        (#"[]"#, "channel"),
        (#"{"component":"mod_quiz","area":"game","itemid":0}"#, "contextid"),
        (#"{"contextid":1,"area":"game","itemid":0}"#, "component"),
        (#"{"contextid":1,"component":"mod_quiz","itemid":0}"#, "area"),
        (#"{"contextid":1,"component":"mod_quiz","area":"game"}"#, "itemid"),
        (#"{"contextid":1,"component":"Mod","area":"game","itemid":0}"#, "component"),
        (#"{"contextid":1,"component":"mod_quiz","area":5,"itemid":0}"#, "area"),
        (#"{"contextid":1,"component":"mod_quiz","area":"game","itemid":0,"channeldetails":null}"#, "channeldetails"),
        (#"{"contextid":1,"component":"mod_quiz","area":"game","itemid":0,"other":1}"#, "channel"),
    ])
    func theMessageNamesTheField(text: String, field: String) throws {
        let value = try JSONValue.parse(Array(text.utf8))
        let error = #expect(throws: RealtimeError.self) { try Channel(json: value) }
        #expect(error?.code == .channelInvalid)
        #expect(error?.message.hasPrefix("\(field):") == true)
    }

    @Test func furtherMembersAreTheCallersToAllow() throws {
        let text = #"{"contextid":1,"component":"mod_quiz","area":"game","itemid":0,"rights":["subscribe"]}"#
        let value = try JSONValue.parse(Array(text.utf8))
        #expect(throws: RealtimeError.self) { try Channel(json: value) }
        #expect(try Channel(json: value, ignoring: ["rights"]).contextID == 1)
    }

    @Test func bigIntegersAreWrittenAsStrings() throws {
        let channel = try Channel(
            contextID: 9_007_199_254_740_991,
            component: "mod_quiz",
            area: "game",
            itemID: -9_007_199_254_740_992,
            details: "q\""
        )
        var writer = JSONWriter()
        writer.object { channel.appendMembers(to: &$0) }
        let expected =
            #"{"contextid":9007199254740991,"component":"mod_quiz","area":"game","#
            + #""itemid":"-9007199254740992","channeldetails":"q\""}"#
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
        #expect(try Channel(json: JSONValue.parse(writer.bytes)) == channel)
    }
}
