import MQTTCodec
import NIOCore
import Realtime
import Testing

@testable import Edge

@Suite struct ChannelFanoutTests {
    private let fixture: EdgeFixture
    private let fanout: ChannelFanout

    init() throws {
        self.fixture = try EdgeFixture()
        self.fanout = ChannelFanout(hash: try EdgeFixture.hash(1), site: self.fixture.configuration.site)
    }

    private func subscribers(
        _ count: Int,
        _ encoding: ChannelFanout.Encoding,
        of connection: ConnectionHandler
    ) -> [ChannelSubscription] {
        (0..<count).map { _ in
            ChannelSubscription(
                connection: connection,
                fanout: self.fanout,
                encoding: encoding,
                start: .now,
                mayPrecedeGrant: false
            )
        }
    }

    private func batches(_ payloads: [String], from sequence: UInt64 = 1) -> [EventBatch] {
        let epoch = self.fixture.delegate.log.epoch
        for (index, payload) in payloads.enumerated() {
            let position = Position(epoch: epoch, sequence: sequence + UInt64(index))
            let event = DeliverableEvent(channel: self.fanout.hash, position: position, json: Array(payload.utf8))
            #expect(self.fanout.enqueue(event) == (index == 0))
        }
        return self.fanout.takePending()
    }

    /// The payloads of frames that hold a packet each.
    private func framedPayloads(_ bytes: ByteBuffer, _ version: MQTTVersion = .v5) throws -> [String] {
        try #require(ServerFrame.parse(Array(bytes.readableBytesView))).map { frame in
            #expect(frame.opcode == .binary)
            let packets = try self.payloads(ByteBuffer(bytes: frame.payload), version)
            #expect(packets.count == 1)
            return packets[0]
        }
    }

    private func payloads(_ bytes: ByteBuffer, _ version: MQTTVersion = .v5) throws -> [String] {
        var decoder = PacketDecoder(receiving: .fromServer, maximumPacketSize: 1 << 24, version: version)
        var buffer = bytes
        var payloads: [String] = []
        while case .publish(let publish)? = try decoder.decode(&buffer) {
            payloads.append(String(buffer: publish.payload))
        }
        return payloads
    }

    @Test(arguments: ChannelFanout.Encoding.all)
    func aTurnsEventsAreOneWrite(_ encoding: ChannelFanout.Encoding) throws {
        var batches = self.batches(["1", "2", "3", "4", "5"])
        #expect(batches.count == 1)
        #expect(batches[0].numbers.last == 5)
        let packets = batches[0].packets(encoding)
        let read = encoding.isWebSocket ? self.framedPayloads : self.payloads
        #expect(try read(packets.bytes, encoding.version) == ["1", "2", "3", "4", "5"])
        #expect(try read(packets.dropping(3).bytes, encoding.version) == ["4", "5"])
        #expect(packets.dropping(0).bytes == packets.bytes)
        #expect(packets.dropping(5).bytes.readableBytes == 0)
        #expect(self.fanout.takePending().isEmpty)
    }

    @Test func joinedPacketsStayWithin64KiB() throws {
        var generator = SeededGenerator(seed: 5)
        let encoding = ChannelFanout.Encoding(version: .v5, isWebSocket: false)
        let payloads = (0..<60).map { number in
            "\(number)" + String(repeating: "a", count: Int.random(in: 0...20_000, using: &generator))
        }
        var batches = self.batches(payloads)
        #expect(batches.count > 1)
        let writes = batches.indices.map { batches[$0].packets(encoding).bytes }
        #expect(writes.allSatisfy { $0.readableBytes <= 64 * 1024 })
        #expect(try writes.flatMap { try self.payloads($0) } == payloads)
        #expect(batches.first?.numbers.first == 1)
        for (batch, next) in zip(batches, batches.dropFirst()) {
            #expect(next.numbers.first == batch.numbers.last + 1)
        }
    }

    @Test func anEventBeyondTheLimitGoesAlone() throws {
        let encoding = ChannelFanout.Encoding(version: .v5, isWebSocket: true)
        let large = String(repeating: "a", count: 100_000)
        var batches = self.batches(["1", large, "2"])
        let writes = batches.indices.map { batches[$0].packets(encoding).bytes }
        #expect(try writes.map { try self.framedPayloads($0) } == [["1"], [large], ["2"]])
    }

    @Test func whatDoesNotFollowOnIsABatchOfItsOwn() {
        let epoch = self.fixture.delegate.log.epoch
        for sequence in [1, 2, 4, 5] as [UInt64] {
            let position = Position(epoch: epoch, sequence: sequence)
            _ = self.fanout.enqueue(DeliverableEvent(channel: self.fanout.hash, position: position, json: [49]))
        }
        #expect(self.fanout.takePending().map { [$0.numbers.first, $0.numbers.last] } == [[1, 2], [4, 5]])
    }

    /// The rule is [MQTT-3.1.2-25].
    @Test func whatIsTooLargeForAClientIsLeftOut() throws {
        let encoding = ChannelFanout.Encoding(version: .v5, isWebSocket: true)
        let large = String(repeating: "a", count: 500)
        var batches = self.batches([large, "1", large, "2", large])
        let packets = batches[0].packets(encoding)
        #expect(packets.largest > 500)
        let fitting = packets.fitting(packets.largest - 1)
        #expect(try self.framedPayloads(fitting) == ["1", "2"])
        #expect(packets.fitting(packets.largest) == packets.bytes)
        #expect(packets.fitting(2).readableBytes == 0)
    }

    /// Whoever is removed or moved leaves the others places that are theirs.
    @Test(arguments: 0..<10)
    func everybodyKeepsAPlace(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        // Subscriptions do not hold it; it lives as long as this test.
        let connection = ConnectionHandler(
            loop: NIOLoopBound(self.fixture.loop, eventLoop: self.fixture.eventLoop),
            transport: .tcp
        )
        defer { withExtendedLifetime(connection) {} }
        var open = ChannelFanout.Encoding.all.flatMap { self.subscribers(5, $0, of: connection) }
        open.forEach(self.fanout.add)
        while let subscription = open.randomElement(using: &generator) {
            switch Int.random(in: 0..<3, using: &generator) {
            case 0 where !subscription.isLive: self.fanout.goLive(subscription)
            case 1 where subscription.isLive: self.fanout.fallBehind(subscription)
            default:
                self.fanout.remove(subscription)
                open.removeAll { $0 === subscription }
            }
            let live = ChannelFanout.Encoding.all.flatMap { self.fanout.live($0).subscriptions }
            #expect(Set(live.map(ObjectIdentifier.init)) == Set(open.filter(\.isLive).map(ObjectIdentifier.init)))
            let followers = Set(self.fanout.followers.map(ObjectIdentifier.init))
            #expect(followers == Set(open.filter { !$0.isLive }.map(ObjectIdentifier.init)))
        }
        #expect(self.fanout.isEmpty)
    }
}
