import MQTTCodec
import Realtime
import Testing

@testable import Edge

/// Slow clients, and a loop that does not keep up.
extension PositionTests {
    @Test func aFullConnectionIsServedFromTheLogWhenItReadsOn() throws {
        let slow = try self.client()
        let other = try self.client()
        for client in [slow, other] {
            try self.subscribe(client)
            _ = try self.opening(client)
        }
        self.fixture.deliver([(self.channel, "1")])
        #expect(try slow.receiveMessages().map(\.payload) == ["1"])
        slow.stopReading()
        self.fixture.deliver((2...3).map { (self.channel, "\($0)") })
        self.fixture.deliver((4...6).map { (self.channel, "\($0)") })
        #expect(try other.receiveMessages().map(\.payload) == ["1", "2", "3", "4", "5", "6"])
        #expect(try slow.receive().isEmpty)
        #expect(slow.isOpen)
        #expect(self.fixture.metrics.subscriptionsBehind == 1)
        slow.readOn()
        #expect(try self.opening(slow).events == ["2", "3", "4", "5", "6"])
        self.fixture.deliver([(self.channel, "7")])
        #expect(try slow.receiveMessages().map(\.payload) == ["7"])
        #expect(self.fixture.metrics.subscriptionsBehind == 1)
    }

    @Test func whatRetentionTookMeanwhileIsToldAsAGap() throws {
        let slow = try self.client()
        try self.subscribe(slow)
        _ = try self.opening(slow)
        self.fixture.deliver([(self.channel, "1")])
        _ = try slow.receive()
        slow.stopReading()
        self.fixture.deliver((2...3).map { (self.channel, "\($0)") })
        self.fixture.deliver((4...9).map { (self.channel, "\($0)") })
        self.log.trim(self.channel, keeping: 2)
        slow.readOn()
        let events = try self.opening(slow).events
        #expect(events.suffix(3) == ["gap 7", "8", "9"])
    }

    /// A follower that has everything waits for a batch; one that was thrown away never comes.
    @Test func anInboxThatOverflowedIsMadeUpForBeforeTheFirstBatchToo() throws {
        let client = try self.client()
        try self.subscribe(client)
        _ = try self.opening(client)
        let lost = self.fixture.commit([(self.channel, "1")])
        let filler = DeliverableEvent(channel: try EdgeFixture.hash(9), position: lost[0].position, json: [49])
        self.fixture.push(lost + Array(repeating: filler, count: 100_001))
        #expect(try self.opening(client).events == ["1"])
    }

    @Test func pagesWaitForRoom() throws {
        self.commit(200)
        let client = try self.client()
        self.log.holdReads()
        try self.subscribe(client, since: self.log.position(0))
        self.log.releaseReads(holdingOn: true)
        self.fixture.turn()
        let first = try self.opening(client).events
        client.stopReading()
        self.log.releaseReads()
        self.fixture.turn()
        #expect(client.isOpen)
        #expect(try client.receive().isEmpty)
        client.readOn()
        let rest = try self.opening(client).events
        #expect(first + rest == (1...200).map(String.init))
        #expect(!first.isEmpty && !rest.isEmpty)
        self.fixture.deliver([(self.channel, "201")])
        #expect(try client.receiveMessages().map(\.payload) == ["201"])
    }

    @Test func anInboxThatOverflowedIsMadeUpForFromTheLog() throws {
        let client = try self.client()
        try self.subscribe(client)
        _ = try self.opening(client)
        self.fixture.deliver([(self.channel, "1")])
        #expect(try client.receiveMessages().count == 1)
        let lost = self.fixture.commit([(self.channel, "2")])
        // More than it holds, of a channel that nobody here has subscribed to.
        let filler = DeliverableEvent(
            channel: try EdgeFixture.hash(9), position: lost[0].position, json: [49])
        self.fixture.push(lost + Array(repeating: filler, count: 100_001))
        #expect(try self.opening(client).events == ["2"])
        self.fixture.deliver([(self.channel, "3")])
        #expect(try client.receiveMessages().map(\.payload) == ["3"])
    }
}
