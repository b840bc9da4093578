import MQTTCodec
import NIOCore

/// A stream of MQTT packets: whole and in pieces it is the same, and what is read can be written.
enum PacketFuzzing {
    static func run(_ input: inout FuzzInput, direction: PacketDecoder.Direction) {
        let mode = input.choice()
        var sizes = ChunkSizes(seed: input.choice())
        let stream = input.rest()
        let decoder = PacketDecoder(
            receiving: direction,
            maximumPacketSize: mode & 4 == 0 ? 1 << 20 : 24,
            version: Self.version(mode, direction: direction)
        )
        let whole = PacketReading([stream[...]], with: decoder)
        precondition(whole == PacketReading(sizes.cut(stream), with: decoder), "pieces must not change what is read")
        for found in whole.found {
            guard let version = found.version else { preconditionFailure("a packet was read without a version") }
            Self.write(found.packet, version: version, direction: direction)
            for properties in found.packet.properties where !properties.isEmpty { PropertyFuzzing.check(properties) }
        }
    }

    /// A client's stream begins with CONNECT or, so that the others are reached sooner, behind it.
    private static func version(_ mode: UInt8, direction: PacketDecoder.Direction) -> MQTTVersion? {
        switch mode & 3 {
        case 0: direction == .fromClient ? nil : .v5
        case 1: .v3_1_1
        default: .v5
        }
    }

    /// The short way of the fan-out writes the same bytes.
    private static func writePublish(_ publish: Publish, version: MQTTVersion, expecting bytes: ByteBuffer) {
        guard publish.properties.isEmpty else { return }
        var buffer = ByteBuffer()
        do throws(MQTTError) {
            try buffer.writePublish(
                topic: publish.topic,
                payload: publish.payload,
                qos: publish.qos,
                retain: publish.retain,
                duplicate: publish.duplicate,
                packetID: publish.packetID,
                version: version
            )
        } catch {
            preconditionFailure("a PUBLISH that was read cannot be written: \(error)")
        }
        precondition(buffer == bytes, "both ways of writing a PUBLISH are the same")
    }

    private static func write(_ packet: Packet, version: MQTTVersion, direction: PacketDecoder.Direction) {
        do throws(MQTTError) {
            var buffer = ByteBuffer()
            try buffer.writePacket(packet, version: version)
            let announced = try packet.encodedCount(version: version)
            precondition(buffer.readableBytes == announced, "the size is as announced")
            if case .publish(let publish) = packet { writePublish(publish, version: version, expecting: buffer) }
            var known: MQTTVersion? = version
            if case .connect = packet { known = nil }
            var decoder = PacketDecoder(receiving: direction, maximumPacketSize: .max, version: known)
            let read = try decoder.decode(&buffer)
            precondition(read == packet, "what was written reads the same")
            precondition(buffer.readableBytes == 0, "nothing follows the packet")
        } catch {
            preconditionFailure("a packet that was read cannot be written: \(error)")
        }
    }
}
