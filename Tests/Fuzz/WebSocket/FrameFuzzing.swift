import NIOCore

@testable import Edge

/// A client's WebSocket frames: whole and in pieces they are the same, and what was framed comes out.
enum FrameFuzzing {
    static func run(_ input: inout FuzzInput) {
        let isFramed = input.choice() & 1 == 1
        var sizes = ChunkSizes(seed: input.choice())
        if isFramed {
            var plan = FuzzInput((0..<16).map { _ in input.choice() })
            frame(input.rest(), plan: &plan, sizes: &sizes)
        } else {
            _ = read(input.rest(), sizes: &sizes)
        }
    }

    private static func read(_ stream: [UInt8], sizes: inout ChunkSizes) -> FrameReading {
        let whole = FrameReading([stream[...]])
        precondition(whole == FrameReading(sizes.cut(stream)), "pieces must not change what is read")
        precondition(whole.data.readableBytes <= stream.count, "no data out of nothing")
        return whole
    }

    private static func frame(_ payload: [UInt8], plan: inout FuzzInput, sizes: inout ChunkSizes) {
        let frames = ClientFrames(of: payload, plan: &plan)
        let reading = read(frames.bytes, sizes: &sizes)
        precondition(reading.failure == nil, "frames by the rules are taken")
        precondition(reading.data.readableBytesView.elementsEqual(payload), "the payload comes out as it went in")
        precondition(reading.controls.map(\.event) == frames.pings.map { .ping($0) }, "pings come out in order")
        write(payload)
    }

    /// A server's frames: the header tells the payload behind it.
    private static func write(_ payload: [UInt8]) {
        var buffer = ByteBuffer()
        WebSocketFrameWriter.writeHeader(.binary, payloadCount: payload.count, to: &buffer)
        buffer.writeBytes(payload)
        precondition(body(of: &buffer, opcode: .binary) == payload, "a server's frame holds the payload")
        var control = WebSocketFrameWriter.control(.ping, payload: payload)
        precondition(body(of: &control, opcode: .ping) == Array(payload.prefix(125)), "a control frame is cut off")
    }

    private static func body(of frame: inout ByteBuffer, opcode: WebSocketOpcode) -> [UInt8]? {
        precondition(frame.readInteger(as: UInt8.self) == 0x80 | opcode.rawValue, "one frame that is final")
        var length = Int(frame.readInteger(as: UInt8.self) ?? 0)
        if length == 126 {
            length = Int(frame.readInteger(as: UInt16.self) ?? 0)
        } else if length == 127 {
            length = Int(frame.readInteger(as: UInt64.self) ?? 0)
        }
        precondition(frame.readableBytes == length, "the length is the payload's")
        return frame.readBytes(length: length)
    }
}
