import EventLog
import Testing

@testable import BridgeCore

/// Every reply reaches the store, whatever it refuses meanwhile, and nobody takes the store for whole before.
@Suite struct OutgoingRepliesTests {
    private func reply(_ number: UInt64, bytes: Int = 1, expires: Int64 = 100) -> KeptReply {
        KeptReply(
            key: RequestKey(high: number, low: 0),
            digest: RequestDigest(high: 0, low: 0),
            owner: 0,
            expires: expires,
            reply: Array(repeating: 0, count: bytes)
        )
    }

    private func numbers(_ replies: [KeptReply]) -> [UInt64] { replies.map(\.key.high) }

    @Test func oneBatchIsUnderWayAtATime() {
        var outgoing = OutgoingReplies()
        #expect(self.numbers(outgoing.add(self.reply(1), now: 0)) == [1])
        #expect(outgoing.add(self.reply(2), now: 0).isEmpty)
        #expect(outgoing.add(self.reply(3), now: 0).isEmpty)
        #expect(self.numbers(outgoing.stored(now: 0)) == [2, 3])
        #expect(outgoing.stored(now: 0).isEmpty)
        #expect(self.numbers(outgoing.add(self.reply(4), now: 0)) == [4])
        #expect(outgoing.isComplete)
    }

    @Test func whatFailedIsStoredWithWhatComesNext() {
        var outgoing = OutgoingReplies()
        let first = outgoing.add(self.reply(1), now: 0)
        #expect(outgoing.add(self.reply(2), now: 0).isEmpty)
        #expect(self.numbers(outgoing.failed(first, now: 0)) == [2])
        #expect(!outgoing.isComplete)
        let again = outgoing.add(self.reply(3), now: 0)
        #expect(Set(self.numbers(again)) == [1, 2, 3])
        #expect(!outgoing.isComplete)
        // It fails once more, and nothing of it is lost.
        #expect(outgoing.failed(again, now: 0).isEmpty)
        #expect(Set(self.numbers(outgoing.add(self.reply(4), now: 0))) == [1, 2, 3, 4])
        #expect(outgoing.stored(now: 0).isEmpty)
        #expect(outgoing.isComplete)
    }

    @Test func whatFailedGoesInPieces() {
        var outgoing = OutgoingReplies()
        for number in 1...4 {
            let batch = outgoing.add(self.reply(UInt64(number), bytes: 600_000), now: 0)
            // Each batch has all that failed before, up to a bound.
            #expect(batch.count <= 3)
            _ = outgoing.failed(batch, now: 0)
        }
        var stored: Set<UInt64> = []
        var batch = outgoing.add(self.reply(5), now: 0)
        for _ in 0..<10 where !batch.isEmpty {
            #expect(!outgoing.isComplete)
            stored.formUnion(self.numbers(batch))
            batch = outgoing.stored(now: 0)
        }
        #expect(stored == [1, 2, 3, 4, 5])
        #expect(outgoing.isComplete)
    }

    @Test func whatHasExpiredIsLeftOut() {
        var outgoing = OutgoingReplies()
        _ = outgoing.failed(outgoing.add(self.reply(1, expires: 10), now: 0), now: 0)
        #expect(self.numbers(outgoing.add(self.reply(2), now: 10)) == [2])
        #expect(outgoing.isComplete)
    }
}
