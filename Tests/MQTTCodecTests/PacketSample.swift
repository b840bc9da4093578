import MQTTCodec
import NIOCore

/// A packet and the bytes that the specification makes of it, written out by hand.
struct PacketSample: Sendable, CustomStringConvertible {
    let version: MQTTVersion
    let direction: PacketDecoder.Direction
    let hex: String
    let packet: Packet

    init(_ version: MQTTVersion, _ direction: PacketDecoder.Direction, _ hex: String, _ packet: Packet) {
        self.version = version
        self.direction = direction
        self.hex = hex
        self.packet = packet
    }

    var description: String { "\(packet.name) \(version) \(hex)" }
    var bytes: ByteBuffer { ByteBuffer(hex: hex) }

    /// A decoder that stands where this packet is expected.
    var decoder: PacketDecoder { .expecting(bytes, direction, version) }

    static let all = connects + acknowledgements + messages + subscriptions + endings
}

extension PacketDecoder {
    /// A decoder past CONNECT, or before it when `bytes` begin like one.
    static func expecting(_ bytes: ByteBuffer, _ direction: Direction, _ version: MQTTVersion) -> PacketDecoder {
        let isConnect = direction == .fromClient && bytes.readableBytesView.first == 0x10
        return PacketDecoder(receiving: direction, maximumPacketSize: 1 << 20, version: isConnect ? nil : version)
    }
}

extension Properties {
    /// Properties made in one expression.
    static func with(_ fill: (inout Properties) -> Void) -> Properties {
        var properties = Properties()
        fill(&properties)
        return properties
    }
}
