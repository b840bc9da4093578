import MQTTCodec
import NIOCore
import Realtime
import Testing

@testable import Edge

@Suite struct WillTests {
    private static let versions = [MQTTVersion.v3_1_1, .v5]

    /// A client whose will goes to a channel that it may publish to.
    private func client(_ fixture: EdgeFixture, _ version: MQTTVersion) throws -> TestClient {
        let channel = try EdgeFixture.hash(1)
        let grant = try EdgeFixture.grant([(channel, .publish)])
        return try fixture.connected(version, grant) {
            $0.will = Will(topic: ByteBuffer(string: "rt/demo/in/\(channel)"), payload: ByteBuffer(string: "gone"))
        }
    }

    @Test(arguments: versions)
    func whoeverIsLostHasItsWillPublished(_ version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        try self.client(fixture, version).leave()
        #expect(fixture.delegate.ingested.map(\.payload) == [Array("gone".utf8)])
        #expect(fixture.delegate.ingested.map(\.user) == ["42"])
    }

    @Test(arguments: versions)
    func whoeverSaysGoodbyeHasNot(_ version: MQTTVersion) throws {
        let fixture = try EdgeFixture()
        try self.client(fixture, version).send(.disconnect(Disconnect()))
        #expect(fixture.delegate.ingested.isEmpty)
    }

    @Test func aGoodbyeMayAskForIt() throws {
        let fixture = try EdgeFixture()
        try self.client(fixture, .v5).send(.disconnect(Disconnect(reason: .disconnectWithWill)))
        #expect(fixture.delegate.ingested.count == 1)
    }
}
