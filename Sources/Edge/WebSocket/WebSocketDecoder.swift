import NIOCore

/// Takes a client's WebSocket frames (RFC 6455, section 5) apart.
///
/// Payload of data frames is handed on as it arrives, since MQTT packets need not be aligned to frames
/// ([MQTT-6.0.0-2]): a frame of any length takes no memory of its own, the limit is the MQTT packet's.
struct WebSocketDecoder {
    /// What was found.
    enum Event: Equatable {
        /// Payload of data frames was appended to the output.
        case data
        /// A ping with its payload, to be answered.
        case ping([UInt8])
        /// A pong.
        case pong
        /// The peer closes, with its status code, if it gave one.
        case close(UInt16?)
    }

    /// Why a peer's frames cannot be taken.
    struct Failure: Error, Equatable {
        /// The status code of the answering close frame (RFC 6455, section 7.4.1).
        let closeCode: UInt16
        let message: String
    }

    /// Fragments without a byte that a message may have; more are taken for an attempt to keep us busy.
    private static let maximumEmptyFragments = 64

    private var mask: UInt32 = 0
    /// Payload bytes of the data frame under way that have not arrived.
    private var remaining: UInt64 = 0
    /// The data frame under way is the last of its message.
    private var isFinal = true
    /// A message was begun whose last fragment has not begun.
    private var isFragmented = false
    private var emptyFragments = 0

    /// Takes the next piece off `input`; payload of data frames goes to the end of `output`.
    ///
    /// - Returns: What it was; `nil` when more bytes are needed.
    mutating func next(from input: inout ByteBuffer, to output: inout ByteBuffer) throws(Failure) -> Event? {
        if self.remaining > 0 {
            return self.readPayload(from: &input, to: &output)
        }
        guard let header = try self.readHeader(of: input) else { return nil }
        switch header.opcode {
        case .ping, .pong, .close:
            return try self.readControl(header, from: &input)
        case .binary, .continuation, .text:
            try self.begin(header)
            input.moveReaderIndex(forwardBy: header.size)
            return self.remaining == 0 ? .data : self.readPayload(from: &input, to: &output)
        }
    }

    private struct Header {
        let opcode: WebSocketOpcode
        let isFinal: Bool
        let mask: UInt32
        let length: UInt64
        /// Bytes of the header itself.
        let size: Int
    }

    private func readHeader(of input: ByteBuffer) throws(Failure) -> Header? {
        let start = input.readerIndex
        guard let first = input.getInteger(at: start, as: UInt8.self),
            let second = input.getInteger(at: start + 1, as: UInt8.self)
        else { return nil }
        guard first & 0x70 == 0 else { throw Failure(closeCode: 1002, message: "a reserved bit is set") }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else {
            throw Failure(closeCode: 1002, message: "the opcode is reserved")
        }
        guard second & 0x80 != 0 else { throw Failure(closeCode: 1002, message: "a client's frame must be masked") }
        var size = 2
        let length: UInt64
        switch second & 0x7F {
        case 126:
            guard let long = input.getInteger(at: start + 2, as: UInt16.self) else { return nil }
            length = UInt64(long)
            size += 2
        case 127:
            guard let long = input.getInteger(at: start + 2, as: UInt64.self) else { return nil }
            guard long < 1 << 63 else { throw Failure(closeCode: 1002, message: "the length has its highest bit set") }
            length = long
            size += 8
        case let short:
            length = UInt64(short)
        }
        guard let mask = input.getInteger(at: start + size, as: UInt32.self) else { return nil }
        return Header(opcode: opcode, isFinal: first & 0x80 != 0, mask: mask, length: length, size: size + 4)
    }

    private mutating func begin(_ header: Header) throws(Failure) {
        switch (header.opcode, self.isFragmented) {
        case (.text, _):
            throw Failure(closeCode: 1003, message: "MQTT takes binary frames, not text")
        case (.continuation, false):
            throw Failure(closeCode: 1002, message: "a continuation of no message")
        case (.binary, true):
            throw Failure(closeCode: 1002, message: "a message begins inside another")
        default:
            break
        }
        if header.length == 0 && !header.isFinal {
            self.emptyFragments += 1
            guard self.emptyFragments <= Self.maximumEmptyFragments else {
                throw Failure(closeCode: 1008, message: "too many empty fragments")
            }
        } else if header.isFinal {
            self.emptyFragments = 0
        }
        self.isFragmented = !header.isFinal
        self.isFinal = header.isFinal
        self.remaining = header.length
        self.mask = header.mask
    }

    private func readControl(_ header: Header, from input: inout ByteBuffer) throws(Failure) -> Event? {
        guard header.isFinal, header.length <= 125 else {
            throw Failure(closeCode: 1002, message: "a control frame is fragmented or longer than 125 bytes")
        }
        let length = Int(header.length)
        guard input.readableBytes >= header.size + length else { return nil }
        input.moveReaderIndex(forwardBy: header.size)
        let mask = header.mask
        let payload = (input.readBytes(length: length) ?? []).enumerated().map { index, byte in
            byte ^ UInt8(truncatingIfNeeded: mask >> UInt32(24 - 8 * (index & 3)))
        }
        switch header.opcode {
        case .ping:
            return .ping(payload)
        case .pong:
            return .pong
        default:
            guard length != 1 else { throw Failure(closeCode: 1002, message: "a close frame of one byte") }
            return .close(length == 0 ? nil : UInt16(payload[0]) << 8 | UInt16(payload[1]))
        }
    }

    private mutating func readPayload(from input: inout ByteBuffer, to output: inout ByteBuffer) -> Event? {
        let count = Int(min(self.remaining, UInt64(input.readableBytes)))
        guard count > 0 else { return nil }
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
            input.withUnsafeReadableBytes { source in
                Self.unmask(source, into: target, count: count, mask: self.mask)
            }
            return count
        }
        input.moveReaderIndex(forwardBy: count)
        self.remaining -= UInt64(count)
        // The next piece of this frame begins in the middle of the mask.
        let shift = UInt32(count & 3) * 8
        if shift > 0 {
            self.mask = self.mask << shift | self.mask >> (32 - shift)
        }
        return .data
    }

    /// Copies `count` bytes and takes the mask (RFC 6455, section 5.3) off them, eight bytes at a time.
    private static func unmask(
        _ source: UnsafeRawBufferPointer,
        into target: UnsafeMutableRawBufferPointer,
        count: Int,
        mask: UInt32
    ) {
        let wide = (UInt64(mask) << 32 | UInt64(mask)).bigEndian
        var index = 0
        while index + 8 <= count {
            let word = source.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ wide
            target.storeBytes(of: word, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        while index < count {
            target[index] = source[index] ^ UInt8(truncatingIfNeeded: mask >> UInt32(24 - 8 * (index & 3)))
            index += 1
        }
    }
}
