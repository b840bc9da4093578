import MQTTCodec
import NIOCore
import Testing

@Suite struct GoldenPacketTests {
    @Test(arguments: PacketSample.all)
    func decodes(_ sample: PacketSample) throws {
        var decoder = sample.decoder
        var buffer = sample.bytes
        let packet = try decoder.decode(&buffer)
        #expect(packet == sample.packet)
        #expect(buffer.readableBytes == 0)
        #expect(decoder.version == sample.version)
    }

    @Test(arguments: PacketSample.all)
    func encodes(_ sample: PacketSample) throws {
        var buffer = ByteBuffer()
        try buffer.writePacket(sample.packet, version: sample.version)
        #expect(buffer.hex == sample.bytes.hex)
        #expect(try sample.packet.encodedCount(version: sample.version) == sample.bytes.readableBytes)
    }

    @Test(arguments: PacketSample.all)
    func waitsForTheLastByteAndLeavesTheBufferAlone(_ sample: PacketSample) throws {
        var decoder = sample.decoder
        var buffer = ByteBuffer()
        for byte in sample.bytes.readableBytesView.dropLast() {
            buffer.writeInteger(byte)
            let before = buffer
            #expect(try decoder.decode(&buffer) == nil)
            #expect(buffer == before && buffer.readerIndex == before.readerIndex)
        }
        buffer.writeImmutableBuffer(ByteBuffer(bytes: sample.bytes.readableBytesView.suffix(1)))
        #expect(try decoder.decode(&buffer) == sample.packet)
    }

    /// Every packet cut short by one byte, its length corrected, is malformed or, where the tail is optional, other.
    @Test(arguments: PacketSample.all)
    func noticesMissingFields(_ sample: PacketSample) {
        let body = sample.bytes.readableBytesView.dropFirst(2)
        for count in 0..<body.count {
            var buffer = ByteBuffer(bytes: [sample.bytes.readableBytesView.first ?? 0, UInt8(count)])
            buffer.writeBytes(body.prefix(count))
            var decoder = sample.decoder
            #expect((try? decoder.decode(&buffer)) != sample.packet)
        }
    }

    @Test(arguments: PacketSample.all.filter { $0.packet.name != "PUBLISH" })
    func refusesTrailingBytes(_ sample: PacketSample) {
        var bytes = Array(sample.bytes.readableBytesView) + [0xFF]
        bytes[1] += 1
        var buffer = ByteBuffer(bytes: bytes)
        var decoder = sample.decoder
        #expect(throws: MQTTError.self) { try decoder.decode(&buffer) }
    }

    @Test func packetsAreSmall() {
        #expect(MemoryLayout<Properties>.size == MemoryLayout<Int>.size)
        #expect(MemoryLayout<Packet>.size <= 80)
    }

    @Test func descriptionsHoldNoSecret() {
        let connect = Connect(username: "secret-user", password: ByteBuffer(string: "secret-token"))
        #expect(!"\(connect) \(Packet.connect(connect))".contains("secret"))
    }

    @Test func payloadIsASliceOfWhatWasRead() throws {
        var buffer = ByteBuffer(hex: "30 07 0003 612f62 6869")
        let start = buffer.withUnsafeReadableBytes { $0.baseAddress }
        var decoder = PacketDecoder(receiving: .fromClient, maximumPacketSize: 100, version: .v3_1_1)
        guard case .publish(let publish)? = try decoder.decode(&buffer) else {
            Issue.record("no PUBLISH")
            return
        }
        let payload = publish.payload.withUnsafeReadableBytes { $0.baseAddress }
        #expect(payload == start.map { $0 + 7 })
    }
}
