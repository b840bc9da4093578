import MQTTCodec
import NIOCore

/// What a decoder made of a stream, to be compared between two ways of feeding it.
struct PacketReading: Equatable {
    /// A packet with the version that it was read in.
    struct Found: Equatable {
        let packet: Packet
        let version: MQTTVersion?
    }

    private(set) var found: [Found] = []
    private(set) var error: MQTTError?
    private(set) var version: MQTTVersion?
    /// Bytes that no packet took; not told after an error, where the stream ends anyway.
    private(set) var unread = 0

    /// Reads a stream that arrives in pieces.
    init(_ pieces: [ArraySlice<UInt8>], with fresh: PacketDecoder) {
        var decoder = fresh
        var buffer = ByteBuffer()
        do throws(MQTTError) {
            for piece in pieces {
                buffer.writeBytes(piece)
                var left = buffer.readableBytes
                while let packet = try decoder.decode(&buffer) {
                    found.append(Found(packet: packet, version: decoder.version))
                    left = buffer.readableBytes
                }
                precondition(buffer.readableBytes == left, "a packet that is not complete must be left alone")
            }
            unread = buffer.readableBytes
        } catch {
            self.error = error
        }
        version = decoder.version
    }
}
