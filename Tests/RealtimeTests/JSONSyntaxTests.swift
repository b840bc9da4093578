import Testing

@testable import Realtime

/// Cases in the manner of JSONTestSuite: what has to be taken and what has to be refused.
@Suite struct JSONSyntaxTests {
    @Test(arguments: [
        "0", "-0", "1", "-1", "123", "1.5", "-0.0", "1e1", "1E1", "1e+1", "1e-1", "1.5e300", "123e65", "0e1",
        "1000000000000000000000000000000", "true", "false", "null", #""""#, #""a""#, #"" ""#, "[]", "{}", "[1,2]",
        "[[],[[]]]", #"{"a":1}"#, #"{"":0}"#, #"{"a":{"b":[1,{"c":null}]}}"#, " [ 1 , 2 ] ", "\t\n\r[\n]\r\n",
        #""\"\\\/\b\f\n\r\t""#, #""\u0000""#, #""\u00e9\u00E9""#, #""\ud83d\ude00""#, #""\uD834\uDd1e""#, #""\uffff""#,
        "\"\u{7F}\"", "\"\u{E9}\u{20AC}\u{1F600}\u{2028}\"", #"{"a":1,"a":2}"#, #"[1,"",{},[],null,true]"#,
        #"["a",0,"b"]"#,
    ])
    func taken(text: String) {
        #expect(JSONSyntax.validate(Array(text.utf8).span).isValid)
    }

    @Test(arguments: [
        "", " ", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", "[1}", "{]", #"{"a"}"#, #"{"a":}"#,
        #"{"a":1,}"#, #"{,"a":1}"#, #"{"a":1 "b":2}"#, #"{a:1}"#, #"{'a':1}"#, #"{1:1}"#, #"{"a":1,,"b":2}"#,
        #"{"a"::1}"#,
        "01", "-01", "-", "+1", ".5", "1.", "1.e1", "1e", "1e+", "1ee1", "1e1.5", "0x1", "1_0", "--1", "- 1", "NaN",
        "Infinity", "-Infinity", "1 2", "tru", "True", "TRUE", "nul", "nulll", "truefalse", "undefined", #"""#, #""a"#,
        #""\""#, #""\x41""#, #""\a""#, #""\u12""#, #""\u12g4""#, #""\U0041""#, #""\ud800""#, #""\ud800a""#,
        #""\ud800\u0041""#, #""\udc00""#, #""\udc00\ud800""#, #""\ud800\ud800""#, "\"\n\"", "\"\t\"", "\"\u{0}\"",
        "\"\u{1F}\"", "'a'", #""a""b""#, "[1]x", "[1]]", "\u{FEFF}1", "/*c*/1", "1//c", "[1]\u{0}", "\u{0C}[]",
        "\u{A0}1", "\u{2028}1", #"["a"#, #"{"a":"#, #"{"a":1"#,
    ])
    func refused(text: String) {
        #expect(!JSONSyntax.validate(Array(text.utf8).span).isValid)
    }

    /// Truncated, overlong, surrogates, beyond U+10FFFF, stray continuation and forbidden bytes.
    @Test(
        arguments: [
            [0x80], [0xBF], [0xC3], [0xC0, 0x80], [0xC1, 0xBF], [0xE2, 0x82], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x98], [0xFE], [0xFF], [0xC3, 0x28], [0xE2, 0x28, 0xA1],
            [0xE2, 0x82, 0x28],
            [0xF0, 0x28, 0x8C, 0xBC], [0xF0, 0x90, 0x28, 0xBC], [0xF0, 0x90, 0x8C, 0x28],
        ] as [[UInt8]]
    )
    func bytesThatAreNotUTF8(bytes: [UInt8]) {
        #expect(!JSONSyntax.validate((Array("\"".utf8) + bytes + Array("\"".utf8)).span).isValid)
        // Without the closing quote nothing is read beyond the end.
        #expect(!JSONSyntax.validate((Array("\"".utf8) + bytes).span).isValid)
    }

    @Test func depthIsBounded() {
        let brackets = { (count: Int) in
            Array((String(repeating: "[", count: count) + String(repeating: "]", count: count)).utf8)
        }
        #expect(JSONSyntax.validate(brackets(64).span).isValid)
        #expect(!JSONSyntax.validate(brackets(65).span).isValid)
        #expect(!JSONSyntax.validate(brackets(100_000).span).isValid)
        #expect(JSONSyntax.validate(brackets(3).span, maximumDepth: 3).isValid)
        let objects = String(repeating: #"{"a":"#, count: 65) + "1" + String(repeating: "}", count: 65)
        #expect(!JSONSyntax.validate(Array(objects.utf8).span).isValid)
    }

    @Test func saysWhereAndWhy() {
        #expect(
            JSONSyntax.validate(Array("[1,x]".utf8).span)
                == .invalid(offset: 3, reason: "a byte that has no place here")
        )
        #expect(JSONSyntax.validate(Array("[1".utf8).span) == .invalid(offset: 2, reason: "the text ends too early"))
    }

    @Test(arguments: [
        ("[1,2]", false), ("[1,\n2]", true), ("\r[1]", true), ("[1]\r\n", true), (#""\n\r""#, false), ("{ \t}", false),
        ("{\n}", true), ("{\"a\"\n:1}", true), ("{\"a\":\r1}", true),
    ])
    func seesLineBreaks(text: String, expected: Bool) {
        var bytes = Array(text.utf8)
        #expect(JSONSyntax.validate(bytes.span) == .valid(containsLineBreaks: expected))
        let count = bytes.count
        JSONSyntax.normalizeLineBreaks(&bytes)
        #expect(JSONSyntax.validate(bytes.span) == .valid(containsLineBreaks: false))
        #expect(bytes.count == count)
    }

    @Test func changedTextsNeverTrapAndParserAgrees() {
        var generator = SeededGenerator(seed: 6)
        let seed = Array(#"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00é",true,null],"b":{"c":"d","e":[]}}"#.utf8)
        for _ in 0..<3_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            bytes.removeLast(Int.random(in: 0...4, using: &generator) / 4)
            let isValid = JSONSyntax.validate(bytes.span).isValid
            let isParsed = (try? JSONValue.parse(bytes)) != nil
            // The parser refuses names that occur twice; nothing else tells the two apart.
            #expect(isValid == isParsed || (isValid && Self.isDuplicate(bytes)))
        }
    }

    private static func isDuplicate(_ bytes: [UInt8]) -> Bool {
        do throws(RealtimeError) {
            _ = try JSONValue.parse(bytes)
            return false
        } catch {
            return error.message.hasSuffix(JSONFault.Reason.duplicateMember.rawValue)
        }
    }
}
