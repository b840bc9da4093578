import EventLog
import Realtime
import Testing

/// What every store of replies must do; each runs against each kind.
@Suite struct ReplyStoreContractTests {
    private let clock = TestClock()
    private let folder: TemporaryFolder

    init() throws {
        self.folder = try TemporaryFolder()
    }

    private func replies(_ numbers: Range<Int>, minutes: Int64 = 10) -> [KeptReply] {
        numbers.map { .numbered($0, expires: self.clock.now + minutes * 60_000) }
    }

    @Test(arguments: ReplyStoreKind.allCases)
    func whatWasKeptIsThereInOrder(_ kind: ReplyStoreKind) async throws {
        let store = try await kind.make(self.clock, self.folder)
        #expect(try await store.load(now: self.clock.now).isEmpty)
        try await store.keep(self.replies(0..<300))
        try await store.keep([])
        try await store.keep(self.replies(300..<301))
        #expect(try await store.load(now: self.clock.now) == self.replies(0..<301))
        await store.close()
    }

    @Test(arguments: ReplyStoreKind.allCases)
    func onlyWhatHasExpiredIsGone(_ kind: ReplyStoreKind) async throws {
        let store = try await kind.make(self.clock, self.folder)
        let start = self.clock.now
        // One call has replies that expire at different times.
        let mixed = [KeptReply.numbered(1, expires: start + 1000), .numbered(2, expires: start + 2000)]
        for _ in 0..<40 { try await store.keep([.numbered(0, expires: start + 500)]) }
        try await store.keep(mixed)
        #expect(try await store.load(now: start + 499).count == 42)
        #expect(try await store.load(now: start + 500) == mixed)
        #expect(try await store.load(now: start + 999) == mixed)
        #expect(try await store.load(now: start + 1000) == [mixed[1]])
        #expect(try await store.load(now: start + 2000).isEmpty)
        await store.close()
    }

    @Test(arguments: ReplyStoreKind.allCases)
    func manyAtOnceAreAllKept(_ kind: ReplyStoreKind) async throws {
        let store = try await kind.make(self.clock, self.folder)
        let expires = self.clock.now + 600_000
        try await withThrowingTaskGroup { group in
            for task in 0..<20 {
                group.addTask {
                    for number in 0..<20 { try await store.keep([.numbered(task * 20 + number, expires: expires)]) }
                }
            }
            try await group.waitForAll()
        }
        let loaded = try await store.load(now: self.clock.now)
        #expect(loaded.count == 400)
        #expect(Set(loaded) == Set(self.replies(0..<400)))
        await store.close()
    }

    @Test(arguments: ReplyStoreKind.allCases)
    func aClosedStoreSaysSo(_ kind: ReplyStoreKind) async throws {
        let store = try await kind.make(self.clock, self.folder)
        await store.close()
        await #expect(throws: RealtimeError.replyStoreClosed) { try await store.keep(self.replies(0..<1)) }
        await #expect(throws: RealtimeError.replyStoreClosed) { try await store.load(now: self.clock.now) }
        await store.close()
    }

    @Test func memoryIsBounded() async throws {
        let store = InMemoryReplyStore(maximumBytes: 10_000) { [clock] in clock.now }
        let large = KeptReply.numbered(1, expires: self.clock.now + 1000, bytes: 6000)
        try await store.keep([large])
        await #expect(throws: RealtimeError.tooManyReplies) { try await store.keep([large]) }
        self.clock.advance(milliseconds: 1000)
        try await store.keep([large])
    }

    @Test func keysTellEverythingApart() {
        let keys = [
            RequestKey(user: "a", session: "b", component: "c", request: "d"),
            RequestKey(user: "ab", session: "", component: "c", request: "d"),
            RequestKey(user: "a", session: "bc", component: "", request: "d"),
            RequestKey(user: "a", session: "b", component: "cd", request: ""),
            RequestKey(user: "b", session: "a", component: "c", request: "d"),
        ]
        #expect(Set(keys).count == keys.count)
        #expect(keys[0] == RequestKey(user: "a", session: "b", component: "c", request: "d"))
        let payload = (0..<27).map { UInt8($0) }
        var others: [[UInt8]] = [[], [1], [1, 0], payload, payload + [0], payload.dropLast(), payload.reversed()]
        for index in payload.indices {
            var other = payload
            other[index] ^= 1
            others.append(other)
        }
        let digests = others.map { RequestDigest(payload: $0) }
        #expect(Set(digests.map(\.high)).count == others.count)
        #expect(Set(digests.map(\.low)).count == others.count)
        #expect(RequestKey.owner(user: "a") != RequestKey.owner(user: "b"))
    }

    /// SHA-256 over the length-prefixed fields: stored keys have to mean the same in every version.
    @Test func keysAreTheSameInEveryProcess() {
        let key = RequestKey(user: "42", session: "s", component: "mod_quiz", request: "r")
        #expect(key == RequestKey(high: 0x380F_A2B7_CD7B_37E6, low: 0xCB06_9F60_293C_5360))
        #expect(
            RequestDigest(payload: Array("{}".utf8))
                == RequestDigest(high: 0x1E87_EA36_0410_2E70, low: 0x8583_912F_CDBA_4AC2))
        #expect(RequestKey.owner(user: "42") == 0x07EE_7E07_B4B1_9223)
    }
}
