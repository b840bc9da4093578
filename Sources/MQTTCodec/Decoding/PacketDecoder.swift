public import NIOCore

/// Takes packets off a stream of bytes, whatever brought them.
///
/// After an error the stream cannot be read further: the connection is to be closed `[MQTT-4.13.1-1]`.
public struct PacketDecoder: Sendable {
    /// Which side's packets are read.
    public enum Direction: Sendable, Equatable {
        /// A server reads.
        case fromClient
        /// A client reads.
        case fromServer
    }

    /// The side whose packets are read.
    public let direction: Direction
    /// Bytes of the largest packet taken, fixed header included.
    public var maximumPacketSize: Int
    /// The connection's version: set by a CONNECT as soon as its level is read, so that even a refusal of that very
    /// CONNECT can be written in it; who reads a server's packets sets it up front.
    public var version: MQTTVersion?

    /// Makes a decoder; `maximumPacketSize` in bytes.
    public init(receiving direction: Direction, maximumPacketSize: Int, version: MQTTVersion? = nil) {
        self.direction = direction
        self.maximumPacketSize = maximumPacketSize
        self.version = version
    }

    /// Takes the next whole packet off `buffer`; nil when more bytes are needed, with `buffer` untouched.
    ///
    /// Throws `.packetTooLarge` as soon as the length is known, for a CONNECT its level too, `.malformedPacket` or `.protocolError` as MQTT 5
    /// section 4.13 tells them apart, `.unsupportedVersion` for a CONNECT of another protocol.
    public mutating func decode(_ buffer: inout ByteBuffer) throws(MQTTError) -> Packet? {
        guard let first: UInt8 = buffer.getInteger(at: buffer.readerIndex) else { return nil }
        // Judged before the body is there: a peer that speaks something else is refused at its first byte.
        let kind = try kind(of: first)
        let length: Int
        let headerCount: Int
        switch VariableByteInteger.peek(buffer, at: buffer.readerIndex + 1) {
        case .value(let value, let count): (length, headerCount) = (value, 1 + count)
        case .incomplete: return nil
        case .malformed: throw .malformed("remaining length of more bytes than needed")
        }
        guard headerCount + length <= maximumPacketSize else {
            if kind == .connect {
                // Judged once its level is there, so that the refusal can be written in the client's version.
                let start = buffer.readerIndex + headerCount
                guard buffer.writerIndex - start >= Connect.levelEnd else { return nil }
                version = Connect.version(at: start, of: buffer)
            }
            throw MQTTError(.packetTooLarge, "packet beyond the maximum packet size")
        }
        guard buffer.readableBytes >= headerCount + length else { return nil }
        buffer.moveReaderIndex(forwardBy: headerCount)
        guard let body = buffer.readSlice(length: length) else { return nil }
        return try packet(kind, flags: first & 0x0F, body: FieldReader(body))
    }

    private func kind(of first: UInt8) throws(MQTTError) -> PacketKind {
        guard let kind = PacketKind(rawValue: first >> 4) else { throw .malformed("reserved packet type 0") }
        if let reserved = kind.reservedFlags, first & 0x0F != reserved {
            throw .malformed("reserved flags of the fixed header")
        }
        if kind == .connect, direction == .fromClient {
            // [MQTT-3.1.0-2]
            guard version == nil else { throw .protocolError("second CONNECT") }
            return kind
        }
        guard let version else { throw .protocolError("first packet is not CONNECT") }
        guard kind.isSent(by: direction, version: version) else {
            throw .protocolError("packet type not for this side or version")
        }
        return kind
    }

    private mutating func packet(
        _ kind: PacketKind,
        flags: UInt8,
        body: consuming FieldReader
    ) throws(MQTTError) -> Packet {
        var reader = body
        if kind == .connect {
            return .connect(try Connect(from: &reader, version: &version))
        }
        guard let version else { throw .protocolError("first packet is not CONNECT") }
        let context = PacketContext(kind: kind, version: version, direction: direction)
        let packet: Packet =
            switch kind {
            case .connect: throw .protocolError("second CONNECT")
            case .connack: .connack(try ConnAck(from: &reader, in: context))
            case .publish: .publish(try Publish(from: &reader, flags: flags, in: context))
            case .puback: .puback(try Acknowledgement(from: &reader, in: context))
            case .pubrec: .pubrec(try Acknowledgement(from: &reader, in: context))
            case .pubrel: .pubrel(try Acknowledgement(from: &reader, in: context))
            case .pubcomp: .pubcomp(try Acknowledgement(from: &reader, in: context))
            case .subscribe: .subscribe(try Subscribe(from: &reader, in: context))
            case .suback: .suback(try SubAck(from: &reader, in: context))
            case .unsubscribe: .unsubscribe(try Unsubscribe(from: &reader, in: context))
            case .unsuback: .unsuback(try UnsubAck(from: &reader, in: context))
            case .pingreq: .pingreq
            case .pingresp: .pingresp
            case .disconnect: .disconnect(try Disconnect(from: &reader, in: context))
            case .auth: .auth(try Auth(from: &reader, in: context))
            }
        try reader.finish()
        return packet
    }
}
