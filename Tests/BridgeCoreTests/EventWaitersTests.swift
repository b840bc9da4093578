import Edge
import Realtime
import Testing

@testable import BridgeCore

@Suite(.timeLimit(.minutes(1))) struct EventWaitersTests {
    private let waiters = EventWaiters()
    private let first: ChannelHash
    private let second: ChannelHash

    init() throws {
        self.first = try #require(ChannelHash("gzlFP5ds6BbedNfmyA9NCaDMVic"))
        self.second = try #require(ChannelHash("HwCU0bqJacvzI2MHcRGi_qzjchc"))
    }

    private func deliver(_ channels: ChannelHash...) throws {
        let epoch = try #require(Epoch("k3f9"))
        let events = channels.enumerated().map { number, channel in
            DeliverableEvent(
                channel: channel, position: Position(epoch: epoch, sequence: UInt64(number) + 1), json: [])
        }
        self.waiters.deliver(events, through: 1)
    }

    @Test func whatComesBeforeTheWaitIsNotLost() async throws {
        let waiter = Waiter()
        self.waiters.add(waiter, to: [self.first, self.second])
        try self.deliver(self.first, self.first, self.second)
        #expect(await waiter.next().channels == [self.first, self.second])
        // Taken once.
        try self.deliver(self.second)
        #expect(await waiter.next().channels == [self.second])
    }

    @Test func whoeverWaitsIsWokenByItsChannelsOnly() async throws {
        let waiter = Waiter()
        self.waiters.add(waiter, to: [self.first])
        async let news = waiter.next()
        try self.deliver(self.second)
        try self.deliver(self.second, self.first, self.second)
        #expect(await news.channels == [self.first])
    }

    @Test func whoeverIsRemovedIsWokenNoMore() async throws {
        let (waiter, other) = (Waiter(), Waiter())
        self.waiters.add(waiter, to: [self.first])
        self.waiters.add(other, to: [self.first])
        #expect(self.waiters.count == 2)
        self.waiters.remove(waiter, from: [self.first])
        try self.deliver(self.first)
        #expect(await other.next().channels == [self.first])
        waiter.tick()
        let news = await waiter.next()
        #expect(news.isTick && news.channels.isEmpty)
        self.waiters.remove(other, from: [self.first])
        #expect(self.waiters.count == 0)
    }

    @Test func theEndStays() async throws {
        let waiter = Waiter()
        waiter.end()
        for _ in 0..<2 { #expect(await waiter.next().isOver) }
        #expect(waiter.isOver)
    }

    @Test func cancellationIsTheEnd() async throws {
        let waiter = Waiter()
        let waiting = Task { await waiter.next() }
        waiting.cancel()
        #expect(await waiting.value.isOver)
    }

    /// However committing and waiting interleave, the last commit is seen.
    @Test func nothingIsMissedBetweenReads() async throws {
        let waiter = Waiter()
        self.waiters.add(waiter, to: [self.first])
        for _ in 0..<2000 {
            async let committed: Void = self.deliver(self.first)
            #expect(await waiter.next().channels == [self.first])
            try await committed
        }
    }
}
