import Testing

@testable import Realtime

@Suite struct TopicFilterTests {
    static let hash = "gzlFP5ds6BbedNfmyA9NCaDMVic"

    @Test(arguments: [
        "rt/demo/ch/\(hash)", "rt/demo/re/42/c1/#", "rt/demo/re/42/-/#", "rt/demo/re/42/c1/r1", "rt/demo/reply/app/#",
        "rt/demo/reply/app/r1", "rt/demo/work/mod_quiz/#",
    ])
    func filtersOfTheTable(text: String) throws {
        let filter = try #require(TopicFilter.parse(text, site: TestValues.site))
        #expect(try filter.text(site: TestValues.site) == text)
    }

    @Test func wildcardsHaveNoRequest() throws {
        let site = try TestValues.site
        #expect(TopicFilter.parse("rt/demo/re/42/-/#", site: site) == .reply(user: "42", client: "-", request: nil))
        #expect(TopicFilter.parse("rt/demo/reply/app/#", site: site) == .notifyReply(account: "app", request: nil))
        #expect(
            try TopicFilter.parse("rt/demo/work/mod_quiz/#", site: site)
                == .work(component: ComponentName("mod_quiz"))
        )
    }

    @Test(arguments: [
        "", "#", "+", "rt/#", "rt/demo/#", "rt/demo/ch/#", "rt/demo/ch/+", "rt/demo/+/\(hash)", "rt/demo/in/\(hash)",
        "rt/demo/re/#", "rt/demo/re/42/#", "rt/demo/re/+/c1/#", "rt/demo/re/42/+/#", "rt/demo/re/42/c1/+",
        "rt/demo/re/42/c1/r#", "rt/demo/re/42/c1/r/#", "rt/demo/re/42//#", "rt/other/re/42/c1/#",
        "rt/demo/up/42/mod_quiz/#",
        "rt/demo/up/42/mod_quiz/r", "rt/demo/notify/app/#", "rt/demo/notify/app/r", "rt/demo/reply/#",
        "rt/demo/work/#", "rt/demo/work/+/#", "rt/demo/work/Mod/#", "rt/demo/work/mod_quiz/j1", "rt/demo/done/n/#",
        "rt/demo/ctl/#", "rt/demo/ctl/a", "$SYS/#", "$share/group/rt/demo/ch/\(hash)", "$CONTROL/#",
    ])
    func everythingElseIsRefused(text: String) throws {
        #expect(try TopicFilter.parse(text, site: TestValues.site) == nil)
    }
}
