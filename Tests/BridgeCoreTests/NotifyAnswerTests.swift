import BridgeCore
import EventLog
import Realtime
import Testing

@Suite struct NotifyAnswerTests {
    private func appended() throws -> AppendedEvent {
        let fixture = try CoreFixture()
        let record = EventRecord(
            sequence: 41,
            epoch: try #require(Epoch("k3f9")),
            time: CoreFixture.time,
            payload: try CoreFixture.payload("1")
        )
        let hash = fixture.channelKey.hash(of: try CoreFixture.channel(), site: fixture.site)
        return AppendedEvent(channel: hash, record: record, number: 1)
    }

    @Test func onePosition() throws {
        let answer = NotifyAnswer.position(of: try self.appended())
        let expected = #"{"hash":"gzlFP5ds6BbedNfmyA9NCaDMVic","position":"k3f9:41"}"#
        #expect(String(decoding: answer.bytes, as: UTF8.self) == expected)
    }

    @Test func manyResultsInOrder() throws {
        let error = RealtimeError(.areaDisabled, "area \"x\" is not enabled")
        let answer = NotifyAnswer.results([.failure(error), .success(try self.appended())])
        #expect(
            String(decoding: answer.bytes, as: UTF8.self)
                == #"{"results":[{"error":{"code":"area_disabled","message":"area \"x\" is not enabled"}},"#
                + #"{"hash":"gzlFP5ds6BbedNfmyA9NCaDMVic","position":"k3f9:41"}]}"#
        )
        #expect(NotifyAnswer.results([]).bytes == Array(#"{"results":[]}"#.utf8))
    }
}
