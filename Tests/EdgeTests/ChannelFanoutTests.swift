import MQTTCodec
import NIOCore
import Realtime
import Testing

@testable import Edge

@Suite struct ChannelFanoutTests {
    private static let encodings = [MQTTVersion.v3_1_1, .v5].flatMap { version in
        [false, true].map { ChannelFanout.Encoding(version: version, isWebSocket: $0) }
    }

    /// A subscriber that keeps its place, as sessions do.
    private func subscriber(_ fixture: EdgeFixture, of fanout: ChannelFanout, place: Int) throws -> ConnectionHandler {
        let bound = NIOLoopBound(fixture.loop, eventLoop: fixture.eventLoop)
        let connection = ConnectionHandler(loop: bound, transport: .tcp)
        connection.session = Session(
            version: .v5,
            clientID: "c",
            rights: HeldRights(try EdgeFixture.grant()),
            rateLimit: RateLimit(perSecond: 1, now: 0),
            keepAlive: 0,
            wantsProblemInformation: true,
            maximumPacketSize: .max,
            will: nil
        )
        connection.session?.subscriptions = [(fanout.hash, place)]
        return connection
    }

    private func fanout(_ fixture: EdgeFixture) throws -> ChannelFanout {
        ChannelFanout(hash: try EdgeFixture.hash(1), site: fixture.configuration.site)
    }

    /// What every subscriber was written, in order.
    private func flush(_ fanout: ChannelFanout) -> (written: [ObjectIdentifier: [JoinedPackets]], deliveries: Int) {
        var written: [ObjectIdentifier: [JoinedPackets]] = [:]
        let deliveries = fanout.flush { subscribers, packets in
            for connection in subscribers.connections {
                written[ObjectIdentifier(connection), default: []].append(packets)
            }
        }
        return (written, deliveries)
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

    @Test func everybodyGetsEverythingInOneWrite() throws {
        let fixture = try EdgeFixture()
        let fanout = try self.fanout(fixture)
        var subscribers: [(connection: ConnectionHandler, encoding: ChannelFanout.Encoding)] = []
        for encoding in Self.encodings + Self.encodings {
            let place = subscribers.count / Self.encodings.count
            let connection = try self.subscriber(fixture, of: fanout, place: place)
            #expect(fanout.add(connection, encoding: encoding) == place)
            subscribers.append((connection, encoding))
        }
        for number in 1...5 {
            let event = DeliverableEvent(channel: fanout.hash, json: Array("\(number)".utf8))
            #expect(fanout.enqueue(event) == (number == 1))
        }
        let (written, deliveries) = self.flush(fanout)
        #expect(deliveries == 5 * subscribers.count)
        for (connection, encoding) in subscribers {
            let writes = try #require(written[ObjectIdentifier(connection)])
            #expect(writes.count == 1)
            let payloads =
                encoding.isWebSocket
                ? try self.framedPayloads(writes[0].bytes, encoding.version)
                : try self.payloads(writes[0].bytes, encoding.version)
            #expect(payloads == ["1", "2", "3", "4", "5"])
        }
        #expect(self.flush(fanout).written.isEmpty)
    }

    @Test func joinedFramesStayWithin64KiB() throws {
        var generator = SeededGenerator(seed: 5)
        let fixture = try EdgeFixture()
        let fanout = try self.fanout(fixture)
        let encoding = ChannelFanout.Encoding(version: .v5, isWebSocket: false)
        _ = fanout.add(try self.subscriber(fixture, of: fanout, place: 0), encoding: encoding)
        let payloads = (0..<60).map { number in
            "\(number)" + String(repeating: "a", count: Int.random(in: 0...20_000, using: &generator))
        }
        for payload in payloads {
            _ = fanout.enqueue(DeliverableEvent(channel: fanout.hash, json: Array(payload.utf8)))
        }
        let writes = try #require(self.flush(fanout).written.values.first)
        #expect(writes.count > 1)
        #expect(writes.allSatisfy { $0.bytes.readableBytes <= 64 * 1024 })
        #expect(try writes.flatMap { try self.payloads($0.bytes) } == payloads)
    }

    @Test func anEventBeyondTheLimitGoesAlone() throws {
        let fixture = try EdgeFixture()
        let fanout = try self.fanout(fixture)
        let encoding = ChannelFanout.Encoding(version: .v5, isWebSocket: true)
        _ = fanout.add(try self.subscriber(fixture, of: fanout, place: 0), encoding: encoding)
        let large = String(repeating: "a", count: 100_000)
        for payload in ["1", large, "2"] {
            _ = fanout.enqueue(DeliverableEvent(channel: fanout.hash, json: Array(payload.utf8)))
        }
        let writes = try #require(self.flush(fanout).written.values.first)
        #expect(try writes.map { try self.framedPayloads($0.bytes) } == [["1"], [large], ["2"]])
    }

    /// The rule is [MQTT-3.1.2-25].
    @Test func whatIsTooLargeForAClientIsLeftOut() throws {
        let fixture = try EdgeFixture()
        let fanout = try self.fanout(fixture)
        let encoding = ChannelFanout.Encoding(version: .v5, isWebSocket: true)
        _ = fanout.add(try self.subscriber(fixture, of: fanout, place: 0), encoding: encoding)
        let large = String(repeating: "a", count: 500)
        for payload in [large, "1", large, "2", large] {
            _ = fanout.enqueue(DeliverableEvent(channel: fanout.hash, json: Array(payload.utf8)))
        }
        let packets = try #require(self.flush(fanout).written.values.first?.first)
        #expect(packets.largest > 500)
        let fitting = packets.fitting(packets.largest - 1)
        #expect(try self.framedPayloads(fitting) == ["1", "2"])
        #expect(packets.fitting(packets.largest) == packets.bytes)
        #expect(packets.fitting(2).readableBytes == 0)
    }

    /// Whoever is removed gets nothing, the others keep a place that removes them.
    @Test(arguments: 0..<10)
    func removingKeepsTheOthersPlaces(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let fixture = try EdgeFixture()
        let fanout = try self.fanout(fixture)
        let encoding = ChannelFanout.Encoding(version: .v5, isWebSocket: false)
        var subscribers = try (0..<20).map { place in
            let connection = try self.subscriber(fixture, of: fanout, place: place)
            _ = fanout.add(connection, encoding: encoding)
            return connection
        }
        while let removed = subscribers.indices.randomElement(using: &generator) {
            let connection = subscribers.remove(at: removed)
            let place = try #require(connection.session?.subscriptions.first?.place)
            fanout.remove(at: place, encoding: encoding)
            _ = fanout.enqueue(DeliverableEvent(channel: fanout.hash, json: [49]))
            let written = self.flush(fanout).written
            #expect(Set(written.keys) == Set(subscribers.map(ObjectIdentifier.init)))
        }
        #expect(fanout.isEmpty)
    }
}
