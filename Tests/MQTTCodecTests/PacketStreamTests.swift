import MQTTCodec
import NIOCore
import Testing

@Suite struct PacketStreamTests {
    @Test func takesPacketsOneByOneOffAStream() throws {
        let samples = PacketSample.all.filter { $0.version == .v5 && $0.direction == .fromServer }
        var buffer = ByteBuffer()
        for sample in samples { buffer.writeImmutableBuffer(sample.bytes) }
        var decoder = PacketDecoder(receiving: .fromServer, maximumPacketSize: 1000, version: .v5)
        var packets: [Packet] = []
        while let packet = try decoder.decode(&buffer) { packets.append(packet) }
        #expect(packets == samples.map(\.packet))
        #expect(buffer.readableBytes == 0)
    }

    @Test(arguments: ["30 04 0001 61 00", "c0 00", "e0 00", "82 07 0001 00 0001 61 00"])
    func takesNothingBeforeConnect(_ hex: String) {
        var decoder = PacketDecoder(receiving: .fromClient, maximumPacketSize: 1000)
        // The first byte is enough to tell.
        var buffer = ByteBuffer(bytes: ByteBuffer(hex: hex).readableBytesView.prefix(1))
        let error = #expect(throws: MQTTError.self) { try decoder.decode(&buffer) }
        #expect(error?.code == .protocolError)
    }

    @Test func takesConnectOnce() throws {
        var decoder = PacketDecoder(receiving: .fromClient, maximumPacketSize: 1000)
        var buffer = ByteBuffer(hex: "10 0d 0004 4d515454 05 00 0000 00 0000 10 0d 0004 4d515454 05 00 0000 00 0000")
        #expect(try decoder.decode(&buffer) == .connect(Connect(cleanStart: false)))
        #expect(decoder.version == .v5)
        let error = #expect(throws: MQTTError.self) { try decoder.decode(&buffer) }
        #expect(error?.code == .protocolError)
    }

    /// So that the refusal can be written in the client's version.
    @Test func tellsTheVersionOfABrokenConnect() {
        var decoder = PacketDecoder(receiving: .fromClient, maximumPacketSize: 1000)
        var buffer = ByteBuffer(hex: "10 0d 0004 4d515454 05 01 0000 00 0000")
        #expect(throws: MQTTError.self) { try decoder.decode(&buffer) }
        #expect(decoder.version == .v5)
    }

    @Test func refusesALargePacketBeforeItsBodyIsThere() throws {
        var decoder = PacketDecoder(receiving: .fromClient, maximumPacketSize: 100, version: .v5)
        var fits = ByteBuffer(hex: "30 62")
        #expect(try decoder.decode(&fits) == nil)
        var large = ByteBuffer(hex: "30 63")
        let error = #expect(throws: MQTTError.self) { try decoder.decode(&large) }
        #expect(error?.code == .packetTooLarge)
        decoder.maximumPacketSize = 101
        #expect(try decoder.decode(&large) == nil)
    }

    @Test func takesTheGreatestRemainingLength() throws {
        var decoder = PacketDecoder(receiving: .fromClient, maximumPacketSize: .max, version: .v5)
        var buffer = ByteBuffer(hex: "30 ff ff ff 7f 0001 61")
        #expect(try decoder.decode(&buffer) == nil)
    }

    /// Whatever the bytes are, the decoder answers or throws: it never traps and never stands still.
    @Test(arguments: [UInt64(1), 2, 3])
    func survivesMutations(_ seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        var decoded = 0
        for _ in 0..<20_000 {
            guard let sample = PacketSample.all.randomElement(using: &generator) else { return }
            var bytes = Array(sample.bytes.readableBytesView)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = .random(in: 0...255, using: &generator)
                case 1: bytes.insert(.random(in: 0...255, using: &generator), at: index)
                default: if bytes.count > 1 { bytes.remove(at: index) }
                }
            }
            var decoder = sample.decoder
            var buffer = ByteBuffer(bytes: bytes)
            while let packet = try? decoder.decode(&buffer) {
                decoded += 1
                // What was taken can be written again, and is then the same.
                var again = ByteBuffer()
                let version = decoder.version ?? .v5
                try again.writePacket(packet, version: version)
                var second = PacketDecoder.expecting(again, sample.direction, version)
                #expect(try second.decode(&again) == packet)
            }
        }
        #expect(decoded > 1000)
    }
}

/// SplitMix64: the same numbers from the same seed.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
