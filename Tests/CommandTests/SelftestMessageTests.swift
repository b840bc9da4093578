import Realtime
import Testing

@testable import realtime_bridge

/// What a selftest makes of events.
struct SelftestMessageTests {
    @Test func readsWhatItHasWritten() throws {
        let message = try Self.message(run: "one")
        let items = try JSONValue.parse(message.items(3..<5, of: 1))["items"]?.array ?? []
        #expect(try items.map { try Self.meaning(of: $0, to: message) } == ["1 3", "1 4"])
        #expect(try Self.meaning(of: JSONValue.parse(message.item(7, of: 2)), to: message) == "2 7")
        #expect(try Self.meaning(of: JSONValue.parse(message.end()), to: message) == "end")
    }

    @Test(arguments: [
        "1", "{}", #"{"payload":1}"#, #"{"payload":{"selftest":"one"}}"#, #"{"seq":7,"gap":true}"#,
        #"{"payload":{"selftest":"one","part":"0","number":1}}"#,
        #"{"payload":{"selftest":"two","part":0,"number":1}}"#, #"{"payload":{"closed":"expired"}}"#,
    ])
    func whatIsNoneOfTheRunsIsForeign(event: String) throws {
        let json = try JSONValue.parse(Array(event.utf8))
        #expect(try Self.meaning(of: json, to: Self.message(run: "one")) == "foreign")
    }

    @Test func aClosedChannelIsTold() throws {
        let json = try JSONValue.parse(Array(#"{"closed":"expired"}"#.utf8))
        #expect(try Self.meaning(of: json, to: Self.message(run: "one")) == "closed expired")
    }

    private static func message(run: String) throws -> SelftestMessage {
        let channel = try Channel(
            contextID: 1, component: ComponentName("mod_quiz"), area: "selftest", itemID: 0, details: "")
        return SelftestMessage(run: run, channel: channel)
    }

    private static func meaning(of event: JSONValue, to message: SelftestMessage) throws -> String {
        switch message.meaning(of: event) {
        case .message(let part, let number): "\(part) \(number)"
        case .end: "end"
        case .closed(let reason): "closed \(reason)"
        case .foreign: "foreign"
        }
    }
}
