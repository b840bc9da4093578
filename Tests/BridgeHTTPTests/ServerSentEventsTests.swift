import BridgeCore
import NIOCore
import Realtime
import Testing

@testable import BridgeHTTP

@Suite struct ServerSentEventsTests {
    private func channel() throws -> ChannelHash {
        try #require(ChannelHash("gzlFP5ds6BbedNfmyA9NCaDMVic"))
    }

    @Test func aGapStandsWhereTheEventsWere() throws {
        let epoch = try #require(Epoch("k3f9"))
        let channel = try self.channel()
        var events = ServerSentEvents()
        var buffer = ByteBuffer()
        events.write(
            GapNotice(through: Position(epoch: epoch, sequence: 7), time: 5), of: channel, to: &buffer)
        #expect(
            String(buffer: buffer) == """
                id: \ndata: {"hash":"\(channel)","seq":7,"epoch":"k3f9","time":5,"gap":true}\n\n
                """)
    }

    /// A break in what was stored, however it came there, must not become a message of its own.
    @Test func nothingBreaksALine() throws {
        let epoch = try #require(Epoch("k3f9"))
        let channel = try self.channel()
        var buffer = ByteBuffer()
        var events = ServerSentEvents()
        let payload = try EventPayload(json: Array("[1,\n\r\n2]".utf8), limit: 100)
        events.write(
            EventRecord(sequence: 1, epoch: epoch, time: 1, by: "a\r\nb", payload: payload), of: channel, to: &buffer)
        let text = Array(buffer.readableBytesView)
        #expect(text.count { $0 == UInt8(ascii: "\n") } == 3)
        #expect(!text.contains(UInt8(ascii: "\r")))
    }
}
