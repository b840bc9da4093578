import NIOCore
import Testing

@testable import MQTTClient

@Suite struct WebSocketFrameTests {
    @Test(arguments: [0, 1, 125, 126, 65_535, 65_536])
    func writesMaskedFrames(_ count: Int) {
        let payload = ByteBuffer(repeating: 0x55, count: count)
        var buffer = ByteBuffer()
        buffer.writeFrame(.binary, payload, mask: 0x0102_0304)
        let headerCount = count < 126 ? 2 : count <= 65_535 ? 4 : 10
        #expect(buffer.readableBytes == headerCount + 4 + count)
        #expect(buffer.getInteger(at: 0, as: UInt8.self) == 0x82)
        #expect(buffer.getInteger(at: 1, as: UInt8.self).map { $0 & 0x80 } == 0x80)
        buffer.moveReaderIndex(forwardBy: headerCount + 4)
        #expect(count == 0 || buffer.readableBytesView.first == 0x55 ^ 0x01)
        buffer.applyMask(0x0102_0304, from: buffer.readerIndex, count: count)
        #expect(buffer == payload)
    }

    @Test func readsDataAsItArrives() throws {
        var reader = WebSocketFrameReader()
        var buffer = ByteBuffer(bytes: [0x82, 3, 1, 2])
        #expect(try reader.next(&buffer) == .data(ByteBuffer(bytes: [1, 2])))
        #expect(try reader.next(&buffer) == nil)
        buffer.writeBytes([3, 0x89, 1])
        #expect(try reader.next(&buffer) == .data(ByteBuffer(bytes: [3])))
        #expect(try reader.next(&buffer) == nil)
        buffer.writeBytes([9, 0x8A, 0, 0x88, 2, 0x03, 0xE8])
        #expect(try reader.next(&buffer) == .ping(ByteBuffer(bytes: [9])))
        #expect(try reader.next(&buffer) == .pong)
        #expect(try reader.next(&buffer) == .close(code: 1000))
        #expect(try reader.next(&buffer) == nil)
    }

    @Test func readsLongLengths() throws {
        var reader = WebSocketFrameReader()
        var buffer = ByteBuffer(bytes: [0x82, 126, 0, 200])
        buffer.writeRepeatingByte(7, count: 200)
        buffer.writeBytes([0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0])
        buffer.writeRepeatingByte(8, count: 65_536)
        #expect(try reader.next(&buffer) == .data(ByteBuffer(repeating: 7, count: 200)))
        #expect(try reader.next(&buffer) == .data(ByteBuffer(repeating: 8, count: 65_536)))
        #expect(buffer.readableBytes == 0)
    }

    @Test(
        arguments: [
            [0xC2, 0], [0x83, 0], [0x82, 0x80], [0x81, 0], [0x80, 1], [0x09, 0], [0x89, 126, 0, 126],
            [0x82, 126, 0, 1],
            [0x82, 127, 0, 0, 0, 0, 0, 0, 0, 1], [0x82, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0], [0x88, 1, 3],
        ] as [[UInt8]])
    func refuses(_ bytes: [UInt8]) {
        var reader = WebSocketFrameReader()
        var buffer = ByteBuffer(bytes: bytes)
        let error = #expect(throws: MQTTClientError.self) { try reader.next(&buffer) }
        #expect(error?.code == .protocolViolation)
    }

    @Test func refusesANewMessageWithinOne() throws {
        var reader = WebSocketFrameReader()
        var buffer = ByteBuffer(bytes: [0x02, 1, 1, 0x82, 1, 1])
        #expect(try reader.next(&buffer) == .data(ByteBuffer(bytes: [1])))
        #expect(throws: MQTTClientError.self) { try reader.next(&buffer) }
    }
}
