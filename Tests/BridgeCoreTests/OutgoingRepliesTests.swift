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

    /// Whether the store is to be asked.
    private func add(_ number: UInt64, bytes: Int = 1, expires: Int64 = 100, to outgoing: inout OutgoingReplies) -> Bool
    {
        outgoing.add(self.reply(number, bytes: bytes, expires: expires))
    }

    private func numbers(_ replies: [KeptReply]) -> [UInt64] { replies.map(\.key.high) }

    @Test func oneCommitIsAskedForAtATime() {
        var outgoing = OutgoingReplies()
        #expect(self.add(1, to: &outgoing))
        // It has not begun yet: what comes until then is in it.
        #expect(!self.add(2, to: &outgoing))
        #expect(self.numbers(outgoing.begin(now: 0)) == [1, 2])
        #expect(!self.add(3, to: &outgoing))
        let first = outgoing.stored()
        #expect(self.numbers(first.replies) == [1, 2])
        #expect(first.isMore)
        #expect(!self.add(4, to: &outgoing))
        #expect(self.numbers(outgoing.begin(now: 0)) == [3, 4])
        let second = outgoing.stored()
        #expect(self.numbers(second.replies) == [3, 4])
        #expect(!second.isMore)
        #expect(self.add(5, to: &outgoing))
        #expect(outgoing.isComplete)
    }

    @Test func whatFailedIsStoredWithWhatComesNext() {
        var outgoing = OutgoingReplies()
        #expect(self.add(1, to: &outgoing))
        _ = outgoing.begin(now: 0)
        #expect(!self.add(2, to: &outgoing))
        #expect(self.numbers(outgoing.failed(now: 0)) == [1, 2])
        #expect(!outgoing.isComplete)
        // Once more, this time before it could begin.
        #expect(self.add(3, to: &outgoing))
        #expect(self.numbers(outgoing.failed(now: 0)) == [3])
        #expect(self.add(4, to: &outgoing))
        #expect(self.numbers(outgoing.begin(now: 0)) == [1, 2, 3, 4])
        #expect(!outgoing.stored().isMore)
        #expect(outgoing.isComplete)
    }

    @Test func whatFailedGoesInPieces() {
        var outgoing = OutgoingReplies()
        for number in 1...4 {
            #expect(self.add(UInt64(number), bytes: 600_000, to: &outgoing))
            // Each commit has all that failed before, up to a bound.
            #expect(outgoing.begin(now: 0).count <= 3)
            _ = outgoing.failed(now: 0)
        }
        #expect(self.add(5, to: &outgoing))
        var stored: Set<UInt64> = []
        var isMore = true
        for _ in 0..<10 where isMore {
            #expect(!outgoing.isComplete)
            let batch = outgoing.begin(now: 0)
            #expect(batch.count <= 3)
            stored.formUnion(self.numbers(batch))
            isMore = outgoing.stored().isMore
        }
        #expect(stored == [1, 2, 3, 4, 5])
        #expect(!isMore)
        #expect(outgoing.isComplete)
    }

    @Test func whatHasExpiredIsLeftOut() {
        var outgoing = OutgoingReplies()
        #expect(self.add(1, expires: 10, to: &outgoing))
        _ = outgoing.failed(now: 0)
        #expect(self.add(2, to: &outgoing))
        #expect(self.numbers(outgoing.begin(now: 10)) == [2])
        #expect(!outgoing.stored().isMore)
        #expect(outgoing.isComplete)
    }
}
