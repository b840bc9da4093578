import MQTTCodec
import NIOCore
import Realtime
import Testing

@testable import Edge

@Suite struct DeadlineTests {
    private static let versions = [MQTTVersion.v3_1_1, .v5]

    private func reason(of packets: [Packet]) -> ReasonCode? {
        guard case .disconnect(let disconnect)? = packets.last else { return nil }
        return disconnect.reason
    }

    /// The rule is [MQTT-3.1.2-22].
    @Test(arguments: versions)
    func silenceBeyondTheKeepAliveCloses(_ version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        let client = try fixture.connected(version, try EdgeFixture.grant()) { $0.keepAlive = 10 }
        fixture.advance(seconds: 15)
        #expect(client.isOpen)
        fixture.advance(seconds: 2)
        #expect(!client.isOpen)
        #expect(self.reason(of: try client.receive()) == (version == .v5 ? .keepAliveTimeout : nil))
    }

    @Test func whoeverSpeaksIsNotSilent() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.connected(.v5, try EdgeFixture.grant()) { $0.keepAlive = 10 }
        for _ in 0..<20 {
            fixture.advance(seconds: 10)
            try client.send(.pingreq)
            #expect(try client.receive() == [.pingresp])
        }
    }

    @Test func withoutKeepAliveAVersion311ClientMayBeSilent() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.connected(.v3_1_1, try EdgeFixture.grant()) { $0.keepAlive = 0 }
        fixture.advance(seconds: 3000)
        #expect(client.isOpen)
    }

    @Test func theKeepAliveThatWasGivenCounts() throws {
        let fixture = try EdgeFixture()
        let client = try fixture.connected(.v5, try EdgeFixture.grant()) { $0.keepAlive = 0 }
        fixture.advance(seconds: 134)
        #expect(client.isOpen)
        fixture.advance(seconds: 4)
        #expect(self.reason(of: try client.receive()) == .keepAliveTimeout)
    }

    @Test(arguments: versions)
    func withTheLastGrantTheConnectionEnds(_ version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        let channel = try EdgeFixture.hash(1)
        let topic = "rt/demo/ch/\(channel)"
        let client = try fixture.connected(version, try EdgeFixture.grant([(channel, .subscribe)]))
        #expect(try client.subscribe(topic) == [.success])
        let ended = try EdgeFixture.grant([(channel, .subscribe)], expires: EdgeFixture.now - 1)
        client.handler.session?.rights = HeldRights(ended)
        client.handler.checkDeadlines()
        fixture.turn()
        let packets = try client.receive()
        guard case .publish(let told)? = packets.first else {
            Issue.record("the subscription was not told")
            return
        }
        #expect(String(buffer: told.topic) == topic)
        #expect(String(buffer: told.payload) == #"{"closed":"expired"}"#)
        #expect(self.reason(of: packets) == (version == .v5 ? .maximumConnectTime : nil))
        #expect(!client.isOpen)
    }

    @Test func eachRightEndsWithItsGrant() throws {
        let fixture = try EdgeFixture()
        let (lasting, ending) = (try EdgeFixture.hash(1), try EdgeFixture.hash(2))
        let client = try fixture.connected(
            .v5,
            try EdgeFixture.grant([(lasting, .subscribe), (ending, .subscribe)])
        )
        #expect(try client.subscribe("rt/demo/ch/\(lasting)", "rt/demo/ch/\(ending)") == [.success, .success])
        var rights = HeldRights(try EdgeFixture.grant([(lasting, .subscribe)]))
        try rights.add(try EdgeFixture.grant([(ending, .subscribe)], id: "g2", expires: EdgeFixture.now - 1))
        client.handler.session?.rights = rights
        client.handler.checkDeadlines()
        fixture.turn()
        let closed = TestClient.Message(topic: "rt/demo/ch/\(ending)", payload: #"{"closed":"expired"}"#)
        #expect(try client.receiveMessages() == [closed])
        fixture.deliver([(ending, "1"), (lasting, "2")])
        #expect(try client.receiveMessages().map(\.payload) == ["2"])
        #expect(client.isOpen)
    }

    @Test func shuttingDownTellsEverybody() throws {
        let fixture = try EdgeFixture()
        let clients = try (0..<3).map { _ in try fixture.connected(.v5, try EdgeFixture.grant()) }
        fixture.loop.closeAll()
        fixture.turn()
        for client in clients {
            #expect(self.reason(of: try client.receive()) == .serverShuttingDown)
            #expect(!client.isOpen)
        }
        #expect(fixture.metrics.connections == 0)
    }
}
