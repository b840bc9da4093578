import Testing

@testable import Realtime

@Suite struct EventPayloadTests {
    private func text(_ payload: EventPayload) -> String {
        String(decoding: payload.bytes, as: UTF8.self)
    }

    @Test func passesUnchangedButForLineBreaks() throws {
        let source = "{ \"a\":1.50,\r\n\t\"b\":\"x\\n\\u00e9\" }"
        let payload = try EventPayload(json: Array(source.utf8), limit: 1_000)
        #expect(self.text(payload) == "{ \"a\":1.50,  \t\"b\":\"x\\n\\u00e9\" }")
    }

    @Test func refusesWhatIsNotJSONOrTooLong() throws {
        let invalid = #expect(throws: RealtimeError.self) { try EventPayload(json: Array("nope".utf8), limit: 10) }
        #expect(invalid?.code == .payloadInvalid)
        #expect(try EventPayload(json: Array("12345".utf8), limit: 5).bytes.count == 5)
        let long = #expect(throws: RealtimeError.self) { try EventPayload(json: Array("123456".utf8), limit: 5) }
        #expect(long?.code == .payloadTooLarge)
    }

    @Test func takesParsedMembers() throws {
        let value = try JSONValue.parse(Array("{\"payload\":[1,\n2]}".utf8), opaque: "payload")
        let member = try #require(value["payload"])
        #expect(try self.text(EventPayload(member, limit: 10)) == "[1, 2]")
        #expect(throws: RealtimeError.self) { try EventPayload(member, limit: 4) }
    }

    @Test(arguments: [
        ("21.5", "21.5"), ("{\"a\":\n1}", "{\"a\": 1}"), ("", "\"\""), ("on", "\"on\""), ("a\r\nb\"", #""a\r\nb\"""#),
        ("\u{0}", #""\u0000""#), ("21,5", "\"21,5\""), ("\u{E9}", "\"\u{E9}\""),
    ])
    func ingestsText(body: String, expected: String) throws {
        #expect(try self.text(EventPayload(ingesting: Array(body.utf8), limit: 100)) == expected)
    }

    @Test func ingestsBytes() throws {
        #expect(try self.text(EventPayload(ingesting: [0xFF, 0xFE], limit: 100)) == #"{"base64":"//4="}"#)
    }

    @Test func ingestionRefusesTooDeepAndTooLong() throws {
        let deep = Array((String(repeating: "[", count: 65) + String(repeating: "]", count: 65)).utf8)
        let error = #expect(throws: RealtimeError.self) { try EventPayload(ingesting: deep, limit: 1_000) }
        #expect(error?.code == .payloadInvalid)
        let grown = #expect(throws: RealtimeError.self) {
            try EventPayload(ingesting: Array(repeating: 0xFF, count: 80), limit: 100)
        }
        #expect(grown?.code == .payloadTooLarge)
    }

    @Test func whateverIsIngestedIsOneLineOfJSON() throws {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<500 {
            let body = generator.bytes(Int.random(in: 0..<64, using: &generator))
            let payload = try EventPayload(ingesting: body, limit: 1_000)
            #expect(JSONSyntax.validate(payload.bytes.span) == .valid(containsLineBreaks: false))
            #expect(!payload.bytes.contains(10) && !payload.bytes.contains(13))
        }
    }
}
