import MQTTCodec
import NIOCore

/// Packets that leave together in one write: as they are, for TCP, or each in a WebSocket frame.
struct JoinedPackets {
    let bytes: ByteBuffer
    /// The largest packet, in bytes.
    let largest: Int
    /// Where each packet begins and ends.
    private let ranges: [Range<Int>]

    /// Takes packets that were written one behind the other, and where each ends.
    init(_ packets: ByteBuffer, ends: [Int]) {
        var begin = packets.readerIndex
        self.ranges = ends.map { end in
            defer { begin = end }
            return begin..<end
        }
        self.bytes = packets
        self.largest = self.ranges.reduce(0) { max($0, $1.count) }
    }

    /// Encodes a PUBLISH with QoS 0 for each payload.
    init(publishing payloads: some Collection<[UInt8]>, on topic: [UInt8], version: MQTTVersion) {
        // Fixed header, topic length and property length take at most 8 bytes.
        let size = payloads.reduce(0) { $0 + $1.count + topic.count + 8 }
        var buffer = ByteBufferAllocator().buffer(capacity: size)
        var ends: [Int] = []
        ends.reserveCapacity(payloads.count)
        for payload in payloads {
            // Fails only beyond 256 MiB; payloads are limited to 8 MiB.
            try? buffer.writePublish(topic: topic, payload: payload, version: version)
            ends.append(buffer.writerIndex)
        }
        self.init(buffer, ends: ends)
    }

    private init(bytes: ByteBuffer, ranges: [Range<Int>]) {
        self.bytes = bytes
        self.ranges = ranges
        self.largest = ranges.reduce(0) { max($0, $1.count) }
    }

    /// The same packets, each in a frame.
    func framed() -> JoinedPackets {
        let capacity = self.bytes.readableBytes + self.ranges.count * WebSocketFrameWriter.usualHeader
        var buffer = ByteBufferAllocator().buffer(capacity: capacity)
        let ranges = self.ranges.map { range in
            WebSocketFrameWriter.writeHeader(.binary, payloadCount: range.count, to: &buffer)
            return self.append(range, to: &buffer)
        }
        return JoinedPackets(bytes: buffer, ranges: ranges)
    }

    /// Those packets that a client with a Maximum Packet Size takes, framed or not as these are.
    func fitting(_ limit: Int) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: self.bytes.readableBytes)
        var begin = self.bytes.readerIndex
        for range in self.ranges {
            if range.count <= limit {
                // With what stands before it: its frame's header, or nothing.
                self.append(begin..<range.upperBound, to: &buffer)
            }
            begin = range.upperBound
        }
        return buffer
    }

    /// The packets without the first few, framed or not as these are.
    func dropping(_ count: Int) -> JoinedPackets {
        guard count > 0, count <= self.ranges.count else { return self }
        var buffer = self.bytes
        buffer.moveReaderIndex(to: self.ranges[count - 1].upperBound)
        return JoinedPackets(bytes: buffer, ranges: Array(self.ranges[count...]))
    }

    /// - Returns: Where the bytes are now.
    @discardableResult
    private func append(_ range: Range<Int>, to buffer: inout ByteBuffer) -> Range<Int> {
        let start = buffer.writerIndex
        if let bytes = self.bytes.getSlice(at: range.lowerBound, length: range.count) {
            buffer.writeImmutableBuffer(bytes)
        }
        return start..<buffer.writerIndex
    }
}
