import NIOCore

/// Packets that leave together, once encoded for both transports: as they are, and as the payload of one WebSocket frame.
///
/// Both are views of the same bytes.
struct JoinedPackets {
    let plain: ByteBuffer
    let framed: ByteBuffer
    /// The largest packet, in bytes.
    let largest: Int
    /// Where each packet ends in the buffer that it was written to.
    private let ends: [Int]

    /// Takes packets that were written to a buffer of ``WebSocketFrameWriter/makeBuffer(payloadCapacity:)``.
    init(_ written: ByteBuffer, ends: [Int]) {
        let start = WebSocketFrameWriter.headerCapacity
        var framed = written
        WebSocketFrameWriter.finish(&framed, opcode: .binary)
        self.framed = framed
        self.plain = written.getSlice(at: start, length: written.writerIndex - start) ?? ByteBuffer()
        self.ends = ends
        var begin = start
        var largest = 0
        for end in ends {
            largest = max(largest, end - begin)
            begin = end
        }
        self.largest = largest
    }

    /// Those packets that a client with a Maximum Packet Size takes; both views are empty when there are none.
    func fitting(_ limit: Int) -> (plain: ByteBuffer, framed: ByteBuffer) {
        var buffer = WebSocketFrameWriter.makeBuffer(payloadCapacity: self.plain.readableBytes)
        let first = WebSocketFrameWriter.headerCapacity
        var begin = first
        for end in self.ends {
            if end - begin <= limit, let packet = self.plain.getSlice(at: begin - first, length: end - begin) {
                buffer.writeImmutableBuffer(packet)
            }
            begin = end
        }
        guard buffer.readableBytes > 0 else { return (ByteBuffer(), ByteBuffer()) }
        let plain = buffer.slice()
        WebSocketFrameWriter.finish(&buffer, opcode: .binary)
        return (plain, buffer)
    }
}
