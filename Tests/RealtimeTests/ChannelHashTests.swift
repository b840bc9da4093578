import Testing

@testable import Realtime

@Suite struct ChannelHashTests {
    @Test(
        arguments: [
            (15, "mod_quiz", "game", 0, "", "gzlFP5ds6BbedNfmyA9NCaDMVic"),
            (16, "mod_quiz", "game", 0, "", "HwCU0bqJacvzI2MHcRGi_qzjchc"),
            (15, "mod_quiz", "game", 7, "conversation \u{E9}/1", "VSyOuwnLMz-od9gyCrMbNLF_ntA"),
            (-1, "tool_realtime", "test", Int64.max, "", "jd0ZLM66DEXssY8U_N1EscbuHFA"),
        ] as [(Int64, String, String, Int64, String, String)]
    )
    func publishedVectors(
        contextID: Int64,
        component: String,
        area: String,
        itemID: Int64,
        details: String,
        expected: String
    ) throws {
        let channel = try Channel(
            contextID: contextID,
            component: component,
            area: area,
            itemID: itemID,
            details: details
        )
        let hash = try TestValues.channelKey.hash(of: channel, site: TestValues.site)
        #expect(hash.description == expected)
        #expect(ChannelHash(expected) == hash)
    }

    @Test func bothFormsOfAnAccentHashDifferently() throws {
        let composed = try Channel(contextID: 1, component: "mod_quiz", area: "a", itemID: 0, details: "\u{E9}")
        let decomposed = try Channel(contextID: 1, component: "mod_quiz", area: "a", itemID: 0, details: "e\u{301}")
        #expect(composed.details == decomposed.details)
        #expect(composed != decomposed)
        let key = try TestValues.channelKey
        #expect(try key.hash(of: composed, site: TestValues.site) != key.hash(of: decomposed, site: TestValues.site))
    }

    @Test func randomHashesSurviveTheirText() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let bytes = generator.bytes(20)
            let hash = try #require(ChannelHash(digest: bytes))
            #expect(hash.description == Base64URL.encode(bytes))
            #expect(ChannelHash(hash.description) == hash)
        }
    }

    @Test(arguments: [
        "", "gzlFP5ds6BbedNfmyA9NCaDMVi", "gzlFP5ds6BbedNfmyA9NCaDMVicc", "gzlFP5ds6BbedNfmyA9NCaDMVi=",
        "gzlFP5ds6BbedNfmyA9NCaDMVi+", "gzlFP5ds6BbedNfmyA9NCaDMVid", "gzlFP5ds6BbedNfmyA9NCaDMV\u{E9}",
    ])
    func otherTextsAreNoHashes(text: String) {
        #expect(ChannelHash(text) == nil)
    }

    @Test func ordersByBytes() throws {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<200 {
            let (left, right) = (generator.bytes(20), generator.bytes(20))
            let ordered = try #require(ChannelHash(digest: left)) < #require(ChannelHash(digest: right))
            #expect(ordered == left.lexicographicallyPrecedes(right))
        }
    }

    @Test func theKeyHas32BytesAndKeepsThemToItself() throws {
        #expect(throws: RealtimeError.self) { try ChannelKey(bytes: Array(repeating: 1, count: 31)) }
        #expect(throws: RealtimeError.self) { try ChannelKey(bytes: Array(repeating: 1, count: 33)) }
        #expect(try !"\(TestValues.channelKey)".contains("0123"))
    }
}
