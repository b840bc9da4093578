import BridgeCore
import EventLog
import MessageBus
import Realtime
import Synchronization
import Testing

@Suite struct BusServicesTests {
    /// A bus with the services on it, and what they answer.
    private struct Setting {
        let fixture: CoreFixture
        let bus = InMemoryBus()
        let answers = Answers()

        init() throws {
            self.fixture = try CoreFixture()
            BusServices(site: self.fixture.site, bus: self.bus, notifier: self.fixture.notifier, payloadLimit: 64)
                .start()
            let answers = self.answers
            self.bus.subscribe(["#"]) { message in
                if !message.topic.contains("/notify/") { answers.messages.withLock { $0.append(message) } }
            }
        }

        func publish(_ topic: String, _ payload: String) throws {
            try self.bus.publish(topic: topic, payload: Array(payload.utf8), qos: .atLeastOnce, completion: nil)
        }
    }

    private final class Answers: Sendable {
        let messages = Mutex<[BusMessage]>([])

        func bodies(of topic: String) throws -> [ReplyBody] {
            try self.messages.withLock { $0 }.filter { $0.topic == topic }
                .map { try ReplyBody.parse($0.payload, limit: 4096) }
        }
    }

    private static let event =
        #"{"channel":{"contextid":15,"component":"mod_quiz","area":"game","itemid":0},"payload":1,"key":"k"}"#

    @Test func aServiceIsAnsweredOnItsOwnTopic() throws {
        let setting = try Setting()
        let sink = RecordingSink()
        setting.fixture.notifier.add(sink)
        try setting.publish("rt/demo/notify/shop/r1", Self.event)
        guard case .success(let payload)? = try setting.answers.bodies(of: "rt/demo/reply/shop/r1").first else {
            Issue.record("there was no answer")
            return
        }
        let json = try JSONValue.parse(payload.bytes)
        #expect(json["hash"]?.string == "gzlFP5ds6BbedNfmyA9NCaDMVic")
        #expect(json["position"]?.string?.hasSuffix(":1") == true)
        #expect(sink.events.count == 1)
        #expect(setting.answers.messages.withLock { $0.count } == 1)
    }

    @Test func refusalsAreAnsweredToo() throws {
        let setting = try Setting()
        try setting.publish("rt/demo/notify/shop/r1", "{")
        try setting.publish("rt/demo/notify/shop/r2", Self.event.replacing("mod_quiz", with: "mod_other"))
        let codes = try ["r1", "r2"].flatMap { try setting.answers.bodies(of: "rt/demo/reply/shop/\($0)") }
            .map { body -> RealtimeError.Code? in
                if case .failure(let error) = body { return error.code }
                return nil
            }
        #expect(codes == [.payloadInvalid, .componentDisabled])
    }

    @Test func keysOfAccountsNeverMeet() throws {
        let setting = try Setting()
        let sink = RecordingSink()
        setting.fixture.notifier.add(sink)
        for account in ["a", "a", "b"] {
            try setting.publish("rt/demo/notify/\(account)/r1", Self.event)
        }
        #expect(sink.events.count == 2)
    }

    @Test func otherTopicsAreNobodysRequests() throws {
        let setting = try Setting()
        try setting.publish("rt/demo/notify/shop!/r1", Self.event)
        try setting.publish("rt/demo/ch/gzlFP5ds6BbedNfmyA9NCaDMVic", Self.event)
        #expect(setting.fixture.metrics.events == 0)
    }
}
