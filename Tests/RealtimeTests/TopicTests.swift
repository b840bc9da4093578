import Testing

@testable import Realtime

@Suite struct TopicTests {
    static let hash = "gzlFP5ds6BbedNfmyA9NCaDMVic"

    @Test(arguments: [
        "rt/demo/ch/\(hash)", "rt/demo/in/\(hash)", "rt/demo/up/42/mod_quiz/r1", "rt/demo/up/42/Not-A-Component/r1",
        "rt/demo/re/42/c1/r1", "rt/demo/re/42/-/_denied", "rt/demo/notify/app/r1", "rt/demo/reply/app/r1",
        "rt/demo/work/mod_quiz/j1", "rt/demo/done/n1/j1", "rt/demo/ctl/a", "rt/demo/ctl/a/b/c/d/e",
        "rt/demo/up/\(String(repeating: "u", count: 64))/mod_quiz/\(String(repeating: "r", count: 40))",
    ])
    func topicsOfTheTable(text: String) throws {
        let topic = try #require(Topic.parse(text, site: TestValues.site))
        #expect(try topic.text(site: TestValues.site) == text)
    }

    @Test func eachTopicIsItsOwnCase() throws {
        let site = try TestValues.site
        let hash = try #require(ChannelHash(Self.hash))
        #expect(Topic.parse("rt/demo/ch/\(hash)", site: site) == .channel(hash))
        #expect(Topic.parse("rt/demo/in/\(hash)", site: site) == .ingest(hash))
        #expect(
            Topic.parse("rt/demo/up/42/mod_quiz/r", site: site)
                == .upstream(user: "42", component: "mod_quiz", request: "r")
        )
        #expect(Topic.parse("rt/demo/re/42/c/r", site: site) == .reply(user: "42", client: "c", request: "r"))
        #expect(Topic.parse("rt/demo/notify/app/r", site: site) == .notify(account: "app", request: "r"))
        #expect(Topic.parse("rt/demo/reply/app/r", site: site) == .notifyReply(account: "app", request: "r"))
        #expect(
            try Topic.parse("rt/demo/work/mod_quiz/j", site: site)
                == .work(component: ComponentName("mod_quiz"), job: "j")
        )
        #expect(Topic.parse("rt/demo/done/n/j", site: site) == .done(node: "n", job: "j"))
        #expect(Topic.parse("rt/demo/ctl/node/n1", site: site) == .control("node/n1"))
    }

    @Test(arguments: [
        "", "/", "rt", "rt/demo", "rt/demo/", "rt/demo/ch", "rt/demo/ch/", "rt/demo/ch/short", "rt/demo/ch/\(hash)/",
        "rt/demo/ch/\(hash)/x", "rt/demo/CH/\(hash)", "rt/other/ch/\(hash)", "rt/dem/ch/\(hash)",
        "rt//ch/\(hash)", "/rt/demo/ch/\(hash)", "RT/demo/ch/\(hash)", "rt/demo/ch/\(hash)=",
        "rt/demo/up/42/mod_quiz", "rt/demo/up/42/mod_quiz/", "rt/demo/up//mod_quiz/r", "rt/demo/up/42//r",
        "rt/demo/up/42/mod_quiz/r/x", "rt/demo/up/4 2/mod_quiz/r", "rt/demo/up/42/mod.quiz/r",
        "rt/demo/up/\u{E9}/mod_quiz/r", "rt/demo/up/+/mod_quiz/r", "rt/demo/up/42/mod_quiz/#", "rt/demo/re/42/c1/#",
        "rt/demo/up/\(String(repeating: "u", count: 65))/mod_quiz/r",
        "rt/demo/re/42/\(String(repeating: "c", count: 65))/r",
        "rt/demo/up/42/mod_quiz/\(String(repeating: "r", count: 41))",
        "rt/demo/notify/\(String(repeating: "a", count: 65))/r", "rt/demo/notify/app", "rt/demo/notify/app/r/x",
        "rt/demo/work/Mod/j", "rt/demo/work/mod_quiz/", "rt/demo/done/n", "rt/demo/ctl", "rt/demo/ctl/",
        "rt/demo/ctl/a//b",
        "rt/demo/ctl/a/b/c/d/e/f", "rt/demo/ctl/\(String(repeating: "a", count: 245))", "rt/demo/other/x/y",
        "$SYS/broker/uptime", "$CONTROL/dynamic-security/v1", "$share/g/rt/demo/ch/\(hash)", "rt/demo/ch/\u{0}",
    ])
    func everythingElseIsRefused(text: String) throws {
        #expect(try Topic.parse(text, site: TestValues.site) == nil)
    }

    @Test func the255thByteIsTheLast() throws {
        let prefix = "rt/demo/ctl/"
        let longest = prefix + String(repeating: "a", count: 255 - prefix.utf8.count)
        #expect(try Topic.parse(longest, site: TestValues.site) != nil)
        #expect(try Topic.parse(longest + "a", site: TestValues.site) == nil)
    }

    @Test func bytesThatAreNotTextAreRefused() throws {
        var generator = SeededGenerator(seed: 5)
        let prefix = Array("rt/demo/up/".utf8)
        for _ in 0..<500 {
            let bytes = prefix + generator.bytes(Int.random(in: 0..<300, using: &generator))
            let topic = try Topic.parse(bytes.span, site: TestValues.site)
            // Random bytes hardly ever are a topic; where they are, they have to be the topic's own text.
            #expect(try topic == nil || Array(topic?.text(site: TestValues.site).utf8 ?? "".utf8) == bytes)
        }
    }
}
