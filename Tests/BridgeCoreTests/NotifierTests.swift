import Edge
import EventLog
import Realtime
import Testing

@testable import BridgeCore

@Suite struct NotifierTests {
    private func code(_ result: AppendResult?) -> RealtimeError.Code? {
        if case .failure(let error)? = result { error.code } else { nil }
    }

    @Test func committedEventsReachEverySink() async throws {
        let fixture = try CoreFixture()
        let sinks = [RecordingSink(), RecordingSink()]
        for sink in sinks { fixture.notifier.add(sink) }
        let results = await fixture.notifier.notify(try CoreFixture.item(#"{"a":1}"#), from: .library)
        let position = try #require(results.first).get().position
        #expect(position.sequence == 1)
        let line = #"{"seq":1,"epoch":"\#(position.epoch)","time":\#(CoreFixture.time),"payload":{"a":1}}"#
        for sink in sinks {
            #expect(sink.lines == [line])
            #expect(sink.events.map(\.channel.description) == ["gzlFP5ds6BbedNfmyA9NCaDMVic"])
        }
        #expect(fixture.metrics.events == 1)
    }

    @Test func repetitionsAreNotDelivered() async throws {
        let fixture = try CoreFixture()
        let sink = RecordingSink()
        fixture.notifier.add(sink)
        var positions: [Position] = []
        for _ in 0..<3 {
            let results = await fixture.notifier.notify(try CoreFixture.item("1", key: "k"), from: .library)
            positions.append(try #require(results.first).get().position)
        }
        #expect(Set(positions).count == 1)
        #expect(sink.events.count == 1)
        #expect(fixture.metrics.repetitions == 2)
        let reused = await fixture.notifier.notify(try CoreFixture.item("2", key: "k"), from: .library)
        #expect(self.code(reused.first) == .keyReused)
        let other = Publisher.apiKey("app", components: nil)
        let another = await fixture.notifier.notify(try CoreFixture.item("2", key: "k"), from: other)
        #expect(try #require(another.first).get().position.sequence == 2)
    }

    @Test func whatIsNotCommittedIsNotDelivered() async throws {
        let fixture = try CoreFixture()
        let sink = RecordingSink()
        let notifier = Notifier(
            site: fixture.site,
            key: fixture.channelKey,
            rules: fixture.rules,
            log: FailingLog(),
            metrics: fixture.metrics
        )
        notifier.add(sink)
        let results = await notifier.notify(try CoreFixture.item("1"), from: .library)
        #expect(self.code(results.first) == .logUnavailable)
        #expect(sink.events.isEmpty)
        #expect(fixture.metrics.events == 0)
    }

    @Test func refusedItemsDoNotKeepTheOthersBack() async throws {
        let fixture = try CoreFixture()
        let sink = RecordingSink()
        fixture.notifier.add(sink)
        func item(_ component: String, _ area: String, key: String = "k") -> String {
            #"{"channel":{"contextid":1,"component":"\#(component)","area":"\#(area)","itemid":0},"#
                + #""payload":1,"key":"\#(key)"}"#
        }
        let items = [
            item("mod_other", "x"), item("mod_quiz", "x"), item("mod_chat", "x"), item("mod_quiz", "board"), "{}",
            item("mod_quiz", "game", key: String(repeating: "k", count: 129)), item("mod_quiz", "game"),
        ]
        let json = #"{"items":[\#(items.joined(separator: ","))]}"#
        let request = try NotifyRequest(json: JSONValue.parse(Array(json.utf8), opaque: "payload"), limit: 10)
        let publisher = Publisher.apiKey("app", components: [try ComponentName("mod_quiz")])
        let results = await fixture.notifier.notify(request, from: publisher)
        let codes: [RealtimeError.Code?] = [
            .componentDisabled, .areaDisabled, .forbidden, nil, .payloadInvalid, .payloadInvalid, nil,
        ]
        #expect(results.map(self.code) == codes)
        #expect(sink.events.count == 2)
        #expect(Set(sink.events.map(\.channel)).count == 2)
    }

    @Test func allRefusedIsAnsweredToo() async throws {
        let fixture = try CoreFixture()
        let channel = try CoreFixture.channel(component: "mod_other")
        let results = await fixture.notifier.notify(try CoreFixture.item("1", to: channel), from: .library)
        #expect(results.map(self.code) == [.componentDisabled])
    }

    @Test func sinksSeeTheOrderOfTheLog() async throws {
        let fixture = try CoreFixture()
        let sink = RecordingSink()
        fixture.notifier.add(sink)
        let count = 400
        try await withThrowingTaskGroup(of: Void.self) { group in
            for publisher in 0..<8 {
                group.addTask {
                    for number in 0..<(count / 8) {
                        let request = try CoreFixture.item("\(publisher * 1000 + number)")
                        let results = await fixture.notifier.notify(request, from: .library)
                        _ = try results.first?.get()
                    }
                }
            }
            try await group.waitForAll()
        }
        let sequences = try sink.events.map { try JSONValue.parse($0.json)["seq"]?.uint64 }
        let expected: [UInt64?] = (1...UInt64(count)).map { $0 }
        #expect(sequences == expected)
        #expect(fixture.metrics.events == count)
    }

    @Test func aServiceReachesItsComponentsOnly() async throws {
        let fixture = try CoreFixture()
        let body = #"{"channel":{"contextid":1,"component":"mod_quiz","area":"game","itemid":0},"payload":1}"#
        for (components, isAllowed) in [(["mod_quiz"], true), (["mod_chat"], false), ([], false)] {
            let publisher = Publisher.account("shop", components: Set(try components.map { try ComponentName($0) }))
            let reply = await withCheckedContinuation { continuation in
                fixture.notifier.execute(Array(body.utf8), from: publisher, limit: 100) {
                    continuation.resume(returning: $0)
                }
            }
            switch try ReplyBody.parse(reply, limit: 1000) {
            case .success: #expect(isAllowed)
            case .failure(let error): #expect(!isAllowed && error.code == .forbidden)
            }
        }
    }
}
