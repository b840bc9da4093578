import MQTTCodec
import NIOCore
import Realtime
import Testing

@testable import Edge

@Suite struct DeliveryTests {
    @Test func acknowledgementsAndEventsOfATurnLeaveTogether() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let client = try fixture.connected(.v5, try EdgeFixture.grant([(channel, [.subscribe, .publish])]))
        #expect(try client.subscribe("rt/demo/ch/\(channel)") == [.success])
        var bytes = ByteBuffer()
        for packetID in 1...3 as ClosedRange<UInt16> {
            let publish = Publish(
                topic: ByteBuffer(string: "rt/demo/in/\(channel)"),
                payload: ByteBuffer(string: "\(packetID)"),
                qos: .atLeastOnce,
                packetID: packetID
            )
            try bytes.writePacket(.publish(publish), version: .v5)
        }
        let flushes = client.counter.flushes
        try client.feed(Array(bytes.readableBytesView))
        #expect(client.counter.flushes == flushes)
        fixture.turn()
        let packets = try client.receive()
        let acknowledgements = (1...3).map { Packet.puback(Acknowledgement(packetID: $0)) }
        #expect(Array(packets.prefix(3)) == acknowledgements)
        let events = packets.dropFirst(3).compactMap { packet -> String? in
            guard case .publish(let publish) = packet else { return nil }
            return String(buffer: publish.payload)
        }
        #expect(events == ["1", "2", "3"])
        #expect(fixture.delegate.batches == 1)
        #expect(client.counter.flushes == flushes + 1)
    }

    @Test func messagesOfManyConnectionsAreOneBatch() throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let grant = try EdgeFixture.grant([(channel, .publish)])
        let clients = try (0..<4).map { _ in try fixture.connected(.v5, grant) }
        var bytes = ByteBuffer()
        try bytes.writePublish(topic: Array("rt/demo/in/\(channel)".utf8), payload: [49], version: .v5)
        for client in clients {
            try client.feed(Array(bytes.readableBytesView))
        }
        #expect(fixture.delegate.batches == 0)
        fixture.turn()
        #expect(fixture.delegate.batches == 1)
        #expect(fixture.delegate.ingested.count == 4)
    }

    @Test func eventsOfSeveralChannelsAreFlushedOnce() throws {
        let fixture = try EdgeFixture()
        let channels = try (1...5).map { try EdgeFixture.hash($0) }
        let client = try fixture.connected(.v5, try EdgeFixture.grant(channels.map { ($0, .subscribe) }))
        for channel in channels {
            #expect(try client.subscribe("rt/demo/ch/\(channel)") == [.success])
        }
        let flushes = client.counter.flushes
        fixture.deliver(channels.map { ($0, "1") } + channels.map { ($0, "2") })
        #expect(client.counter.flushes == flushes + 1)
        #expect(try client.receiveMessages().count == 10)
    }

    @Test func answersToWhoeverDoesNotReadEndItsConnection() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.connected(.v5, try EdgeFixture.grant())
        client.stopReading()
        try client.send(.pingreq)
        #expect(!client.isOpen)
        #expect(fixture.metrics.slowConsumers == 1)
    }
}
