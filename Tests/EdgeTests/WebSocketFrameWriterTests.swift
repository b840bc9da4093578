import NIOCore
import Testing

@testable import Edge

@Suite struct WebSocketFrameWriterTests {
    @Test(arguments: [0, 1, 125, 126, 65_535, 65_536, 200_000])
    func headersAreTheShortestThatFit(_ count: Int) {
        let payload = Array(repeating: UInt8(7), count: count)
        var buffer = ByteBuffer()
        WebSocketFrameWriter.writeHeader(.binary, payloadCount: count, to: &buffer)
        #expect(buffer.readableBytes == (count < 126 ? 2 : count < 65_536 ? 4 : 10))
        buffer.writeBytes(payload)
        #expect(ServerFrame.parse(Array(buffer.readableBytesView)) == [ServerFrame(opcode: .binary, payload: payload)])
    }

    @Test func controlFramesAreCutAt125Bytes() {
        let bytes = WebSocketFrameWriter.control(.pong, payload: Array(repeating: UInt8(1), count: 200))
        let expected = ServerFrame(opcode: .pong, payload: Array(repeating: 1, count: 125))
        #expect(ServerFrame.parse(Array(bytes.readableBytesView)) == [expected])
    }
}
