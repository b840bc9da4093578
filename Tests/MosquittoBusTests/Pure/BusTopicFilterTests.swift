import MessageBus
import Testing

@Suite struct BusTopicFilterTests {
    @Test(arguments: [
        ("a/b", "a/b", true), ("a/b", "a/b/", false), ("a/b", "a", false), ("a/+", "a/b", true), ("a/+", "a/", true),
        ("a/+", "a", false), ("a/+", "a/b/c", false), ("+", "a", true), ("+", "/a", false), ("/+", "/a", true),
        ("+/+", "/a", true), ("#", "a/b", true), ("a/#", "a", true), ("a/#", "a/", true), ("a/#", "a/b/c", true),
        ("a/#", "ab", false), ("+/b/#", "a/b", true), ("a/+/c", "a/b/c", true), ("a/+/c", "a/b/d", false),
        ("#", "$SYS/a", false), ("+/a", "$SYS/a", false), ("$SYS/#", "$SYS/a", true), ("a/b", "a/bc", false),
        ("e\u{301}", "\u{E9}", false), ("a/+/#", "a", false), ("a/+/#", "a/b", true),
        ("$share/g/a/+", "a/b", true), ("$share/g/a/+", "$share/g/a/b", false), ("$share/g/#", "$SYS/a", false),
        ("$share/g/$SYS/a", "$SYS/a", true), ("$share/g//a", "/a", true),
    ])
    func matches(_ filter: String, _ topic: String, _ expected: Bool) throws {
        #expect(try #require(BusTopicFilter(filter)).matches(topic) == expected)
    }

    @Test(arguments: [
        "$share/", "$share/g", "$share//a", "$share/+/a", "$share/g/", "$share/g/a#", "", "a#", "#/a", "a/#/b", "a+",
        "+a", "a/b+/c", "\0", String(repeating: "a", count: 65_536),
    ])
    func refusesWhatMQTTDoes(_ filter: String) {
        #expect(BusTopicFilter(filter) == nil)
    }
}
