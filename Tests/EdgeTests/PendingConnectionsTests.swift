import MQTTCodec
import NIOCore
import NIOEmbedded
import Testing

@testable import Edge

@Suite struct PendingConnectionsTests {
    private let metrics = EdgeMetrics()

    @Test func oneMoreClosesTheOldestThatStillWaits() throws {
        let pending = PendingConnections(limit: 100, maximumOpen: .max, metrics: self.metrics)
        let channels = try (0..<102).map { _ in try Self.open() }
        let tickets = channels.prefix(100).map { pending.add($0) }
        #expect(pending.count == 100)
        pending.remove(tickets[0])
        _ = pending.add(channels[100])
        #expect(self.metrics.evictions == 0)
        _ = pending.add(channels[101])
        #expect(channels.map(\.isActive) == [true, false] + Array(repeating: true, count: 100))
        #expect(self.metrics.evictions == 1)
        #expect(pending.count == 100)
    }

    @Test func clientsTakeTheRoomOfNewcomersButForAFew() throws {
        let pending = PendingConnections(limit: 1000, maximumOpen: 10, metrics: self.metrics)
        let channels = try (0..<66).map { _ in try Self.open() }
        for channel in channels { _ = pending.add(channel) }
        #expect(channels.map(\.isActive) == [false, false] + Array(repeating: true, count: 64))
    }

    @Test func whoeverShowsAGrantIsNotPending() throws {
        let fixture = try EdgeFixture()
        let silent = try fixture.open()
        _ = try fixture.connected(.v5, try EdgeFixture.grant())
        #expect(fixture.loop.pending.count == 1)
        silent.leave()
        #expect(fixture.loop.pending.count == 0)
    }

    @Test func aFloodOfSilenceLeavesClientsAlone() throws {
        let fixture = try EdgeFixture { $0.maximumPending = 64 }
        let client = try fixture.connected(.v5, try EdgeFixture.grant())
        let silent = try (0..<100).map { _ in try fixture.open() }
        #expect(silent.filter(\.isOpen).count == 64)
        // The newest of them still gets in.
        fixture.allow(try EdgeFixture.grant(user: "43"), token: "other")
        try silent[99].connect("other")
        #expect(try silent[99].receive().count == 1)
        try client.send(.pingreq)
        #expect(try client.receive() == [.pingresp])
    }

    private static func open() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        channel.connect(to: try .init(ipAddress: "127.0.0.1", port: 1), promise: nil)
        return channel
    }
}
