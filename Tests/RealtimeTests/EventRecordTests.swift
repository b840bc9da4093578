import Testing

@testable import Realtime

@Suite struct EventRecordTests {
    private func record(by: String?, payload: String) throws -> EventRecord {
        EventRecord(
            sequence: 41,
            epoch: try #require(Epoch("k3f9")),
            time: 1_732_370_000_123,
            by: by,
            payload: try EventPayload(json: Array(payload.utf8), limit: 1_000)
        )
    }

    @Test func isWrittenAsPublished() throws {
        let plain = try self.record(by: nil, payload: #"{"a":1}"#)
        #expect(
            String(decoding: plain.encode(), as: UTF8.self)
                == #"{"seq":41,"epoch":"k3f9","time":1732370000123,"payload":{"a":1}}"#
        )
        let published = try self.record(by: "42", payload: "7")
        #expect(
            String(decoding: published.encode(), as: UTF8.self)
                == #"{"seq":41,"epoch":"k3f9","time":1732370000123,"by":"42","payload":7}"#
        )
        #expect(published.position.description == "k3f9:41")
    }

    @Test func isAppendedToWhatIsThere() throws {
        var output = Array("x".utf8)
        try self.record(by: nil, payload: "1").encode(into: &output)
        #expect(output.first == UInt8(ascii: "x"))
        #expect(JSONSyntax.validate(output.span.extracting(1..<output.count)).isValid)
    }

    @Test func fitsItsCapacity() throws {
        let longest = EventRecord(
            sequence: .max,
            epoch: try #require(Epoch(String(repeating: "z", count: 16))),
            time: .min,
            by: String(repeating: "u", count: 64),
            payload: try EventPayload(json: Array("[]".utf8), limit: 10)
        )
        #expect(longest.encode().count <= longest.encodedCapacity)
    }
}
