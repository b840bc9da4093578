import Testing

@testable import Realtime

@Suite struct NameTests {
    @Test func siteNames() throws {
        #expect(try SiteName("Demo_1-x").rawValue == "Demo_1-x")
        #expect(try SiteName(String(repeating: "s", count: 32)).rawValue.count == 32)
        for text in ["", String(repeating: "s", count: 33), "a/b", "a b", "\u{E9}", "+", "#"] {
            #expect(throws: RealtimeError.self) { try SiteName(text) }
        }
    }

    @Test func componentNames() throws {
        for text in ["a", "mod_quiz", "a1_2b", "tool_realtime_x", String(repeating: "a", count: 100)] {
            #expect(try ComponentName(text).rawValue == text)
        }
        for text in ["", "1a", "_a", "a_", "a__b", "A", "a-b", "a.b", "\u{E9}", String(repeating: "a", count: 101)] {
            let error = #expect(throws: RealtimeError.self) { try ComponentName(text) }
            #expect(error?.code == .channelInvalid)
        }
    }

    @Test func reservedComponents() throws {
        #expect(try ComponentName("realtime_grant").isReserved)
        #expect(try !ComponentName("realtime").isReserved)
        #expect(try !ComponentName("tool_realtime").isReserved)
    }

    @Test func epochs() {
        #expect(Epoch("k3f9")?.description == "k3f9")
        #expect(Epoch(String(repeating: "z", count: 16)) != nil)
        for text in ["", "K", "a-b", "a:b", "\u{E9}", String(repeating: "z", count: 17)] {
            #expect(Epoch(text) == nil)
        }
        var generator = SeededGenerator(seed: 3)
        let first = Epoch.random(using: &generator)
        #expect(Epoch(first.description) == first)
        #expect(Epoch.random(using: &generator) != first)
    }

    @Test func positions() throws {
        let epoch = try #require(Epoch("k3f9"))
        for sequence in [0, 1, 41, UInt64.max] {
            let position = Position(epoch: epoch, sequence: sequence)
            #expect(position.description == "k3f9:\(sequence)")
            #expect(Position(position.description) == position)
        }
        for text in [
            "", "k3f9", "k3f9:", ":1", "k3f9:01", "k3f9:+1", "k3f9:-1", "k3f9:-0", "k3f9: 1", "k3f9:1 ", "k3f9:1:2",
            "k3f9:18446744073709551616", "K3F9:1", "k3f9:1.0",
        ] {
            #expect(Position(text) == nil, "\(text)")
        }
    }

    @Test func rights() {
        for text in ["s", "p", "sp"] { #expect(Rights(text)?.description == text) }
        for text in ["", "ps", "S", "ss", "spx"] { #expect(Rights(text) == nil) }
    }

    @Test func errorsSayTheirCode() {
        let error = RealtimeError(.grantInvalid, "why")
        #expect(error.description == "grant_invalid: why")
        #expect(RealtimeError.Code(rawValue: "method_not_allowed") == .methodNotAllowed)
    }
}
