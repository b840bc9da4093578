import EventLog
import Testing

@testable import BridgeCore

/// A request is run once within ten minutes, whatever comes between, and the window counts exactly what it holds.
@Suite struct OnceWindowTests {
    private typealias Window = OnceWindow<Int>

    private static let lifetime: Int64 = 600_000

    private func key(_ number: UInt64) -> RequestKey { RequestKey(high: number, low: 0) }
    private func digest(_ number: UInt64) -> RequestDigest { RequestDigest(high: 0, low: number) }

    /// A window of 80 requests: each user has 10.
    private func window(count: Int = 80, bytes: Int = 1 << 20) -> Window {
        Window(Window.Limits(count: count, bytes: bytes, maximumReply: 100, waiters: 3))
    }

    private func submit(
        _ window: inout Window,
        _ number: UInt64,
        payload: UInt64 = 0,
        owner: UInt64 = 0,
        waiter: Int = 0,
        now: Int64 = 0
    ) -> Window.Submission {
        window.submit(self.key(number), digest: self.digest(payload), owner: owner, waiter: waiter, now: now)
    }

    private func answer(_ window: inout Window, _ number: UInt64, _ reply: [UInt8] = [1], now: Int64 = 0) -> [Int] {
        guard window.settle(self.key(number), reply: reply, now: now, wall: now) != nil else { return [] }
        return window.kept(self.key(number))
    }

    @Test func theSameRequestRunsOnce() {
        var window = self.window()
        #expect(self.submit(&window, 1, waiter: 10) == .run)
        #expect(self.submit(&window, 1, waiter: 11) == .joined)
        #expect(self.submit(&window, 1, payload: 2) == .reused)
        #expect(window.usage == .init(count: 1, bytes: Window.entryBytes + 100))
        let kept = window.settle(self.key(1), reply: [1, 2, 3], now: 7, wall: 9)
        let expected = KeptReply(
            key: self.key(1), digest: self.digest(0), owner: 0, expires: 9 + Self.lifetime, reply: [1, 2, 3])
        #expect(kept == expected)
        #expect(window.usage == .init(count: 1, bytes: Window.entryBytes + 3))
        // Nobody sees the reply before it is durable, and it is settled once.
        #expect(self.submit(&window, 1, waiter: 12) == .joined)
        #expect(window.settle(self.key(1), reply: [9], now: 8, wall: 8) == nil)
        #expect(window.kept(self.key(1)) == [10, 11, 12])
        #expect(window.kept(self.key(1)).isEmpty)
        #expect(self.submit(&window, 1) == .answered([1, 2, 3]))
        #expect(self.submit(&window, 1, payload: 2) == .reused)
        #expect(window.forget(self.key(1)).isEmpty)
        #expect(self.submit(&window, 1) == .answered([1, 2, 3]))
    }

    @Test func aLateRequestStaysUnderWay() {
        var window = self.window()
        #expect(self.submit(&window, 1, waiter: 10) == .run)
        #expect(window.release(self.key(1)) == [10])
        #expect(window.release(self.key(1)).isEmpty)
        #expect(window.release(self.key(2)).isEmpty)
        #expect(self.submit(&window, 1, waiter: 11) == .late)
        #expect(self.answer(&window, 1).isEmpty)
        #expect(self.submit(&window, 1) == .answered([1]))
    }

    @Test func aForgottenRequestRunsAgain() {
        var window = self.window()
        #expect(self.submit(&window, 1, waiter: 10) == .run)
        #expect(window.forget(self.key(1)) == [10])
        #expect(window.usage == .init())
        #expect(self.submit(&window, 1, payload: 5, waiter: 11) == .run)
    }

    @Test func waitersAreBounded() {
        var window = self.window()
        #expect(self.submit(&window, 1) == .run)
        #expect(self.submit(&window, 1) == .joined)
        #expect(self.submit(&window, 1) == .joined)
        #expect(self.submit(&window, 1) == .full)
        #expect(window.release(self.key(1)).count == 3)
        #expect(self.submit(&window, 1) == .late)
    }

    @Test func oneUserHasAnEighth() {
        var window = self.window()
        for number in 0..<10 as Range<UInt64> { #expect(self.submit(&window, number, owner: 1) == .run) }
        #expect(self.submit(&window, 10, owner: 1) == .full)
        #expect(self.submit(&window, 10, owner: 2) == .run)
        // By bytes: four of 260 reserved bytes are more than an eighth of 8000.
        window = self.window(bytes: 8000)
        for number in 0..<3 as Range<UInt64> { #expect(self.submit(&window, number, owner: 1) == .run) }
        #expect(self.submit(&window, 3, owner: 1) == .full)
        #expect(self.answer(&window, 0, []) == [0])
        #expect(self.submit(&window, 3, owner: 1) == .run)
    }

    @Test func aFullWindowForgetsNothingEarly() {
        var window = self.window()
        for number in 0..<80 as Range<UInt64> {
            #expect(self.submit(&window, number, owner: number % 8) == .run)
            #expect(self.answer(&window, number) == [0])
        }
        let last = Self.lifetime - 1
        #expect(self.submit(&window, 80, owner: 100, now: last) == .full)
        #expect(self.submit(&window, 79, now: last) == .answered([1]))
        #expect(self.submit(&window, 80, owner: 100, now: last + 1) == .run)
        // A submission forgets a few only.
        #expect(window.usage.count == 77)
        window.expire(now: last + 1)
        #expect(window.usage == .init(count: 1, bytes: Window.entryBytes + 100))
    }

    @Test func aClockSetBackIsHarmless() {
        var window = self.window()
        let late: Int64 = 1_000_000_000
        #expect(self.submit(&window, 1, now: late) == .run)
        #expect(self.answer(&window, 1, now: late) == [0])
        #expect(self.submit(&window, 2, now: 0) == .run)
        #expect(self.answer(&window, 2, now: 0) == [0])
        window.expire(now: Self.lifetime - 1)
        #expect(window.usage.count == 2)
        window.expire(now: Self.lifetime)
        #expect(window.usage == .init())
    }

    @Test func anEarlierLifeIsRestored() {
        let now: Int64 = 1_000_000
        func kept(_ number: UInt64, _ expires: Int64) -> KeptReply {
            KeptReply(
                key: self.key(number), digest: self.digest(0), owner: 3, expires: expires, reply: [UInt8(number)])
        }
        var window = self.window(count: 2)
        // Out of order, expired, one twice, and one from before the clock was set back.
        let replies = [
            kept(1, now + 50), kept(2, now), kept(3, now + 10), kept(3, now + 20), kept(4, .max),
        ]
        window.restore(replies, now: now)
        #expect(window.usage == .init(count: 3, bytes: 3 * (Window.entryBytes + 1)))
        #expect(self.submit(&window, 3, now: now + 9) == .answered([3]))
        #expect(self.submit(&window, 3, payload: 9, now: now + 9) == .reused)
        #expect(self.submit(&window, 2, owner: 9, now: now + 9) == .full)
        window.expire(now: now + 10)
        #expect(window.usage.count == 2)
        window.expire(now: now + 50)
        #expect(self.submit(&window, 4, now: now + Self.lifetime - 1) == .answered([4]))
        window.expire(now: now + Self.lifetime)
        #expect(window.usage == .init())
    }

    /// Thousands of interleavings behave as the plainest possible window does.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func itBehavesAsTheModelDoes(_ seed: UInt64) {
        var random = WindowGenerator(state: seed)
        var window = self.window(count: 24, bytes: 5000)
        var model = WindowModel(count: 24, bytes: 5000)
        var now: Int64 = 0
        for step in 0..<3000 {
            now += Int64.random(in: 0...4000, using: &random)
            window.expire(now: now)
            model.expire(now)
            let number = UInt64.random(in: 0..<40, using: &random)
            let key = self.key(number)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let payload: UInt64 = Int.random(in: 0..<8, using: &random) == 0 ? 1 : 0
                let answer = self.submit(&window, number, payload: payload, owner: number % 5, waiter: step, now: now)
                #expect(answer == model.submit(number, payload, owner: number % 5, waiter: step))
            case 5, 6:
                let reply = [UInt8](repeating: UInt8(number), count: Int.random(in: 0...100, using: &random))
                let kept = window.settle(key, reply: reply, now: now, wall: now)
                #expect((kept != nil) == model.settle(number, reply, now))
            case 7, 8: #expect(window.kept(key) == model.kept(number))
            case _ where Bool.random(using: &random): #expect(window.forget(key) == model.forget(number))
            default: #expect(window.release(key) == model.release(number))
            }
            #expect(window.usage == model.usage(of: nil))
            for owner in 0..<5 as Range<UInt64> {
                #expect(window.owners[owner] ?? .init() == model.usage(of: owner))
            }
        }
        #expect(model.seen == ["run", "joined", "late", "answered", "reused", "full"])
    }
}

/// The window as plainly as it can be written.
private struct WindowModel {
    private struct Entry {
        var number, payload, owner: UInt64
        var waiters: [Int]
        var reply: [UInt8]?
        var isKept = false
        var isLate = false
        var expires = Int64.max
    }

    let count: Int
    let bytes: Int
    private(set) var seen: Set<String> = []
    private var entries: [Entry] = []

    init(count: Int, bytes: Int) {
        self.count = count
        self.bytes = bytes
    }

    func usage(of owner: UInt64?) -> OnceWindow<Int>.Usage {
        let owned = self.entries.filter { owner == nil || $0.owner == owner }
        return .init(
            count: owned.count,
            bytes: owned.reduce(0) { $0 + OnceWindow<Int>.entryBytes + ($1.reply?.count ?? 100) }
        )
    }

    mutating func expire(_ now: Int64) {
        // What was kept later than others expires no earlier than they do.
        var latest = Int64.min
        self.entries.removeAll {
            guard $0.isKept else { return false }
            latest = max(latest, $0.expires)
            return latest <= now
        }
    }

    mutating func submit(_ number: UInt64, _ payload: UInt64, owner: UInt64, waiter: Int) -> OnceWindow<Int>.Submission
    {
        let answer = self.decide(number, payload, owner: owner, waiter: waiter)
        self.seen.insert(String("\(answer)".prefix { $0 != "(" }))
        return answer
    }

    private mutating func decide(
        _ number: UInt64, _ payload: UInt64, owner: UInt64, waiter: Int
    ) -> OnceWindow<Int>.Submission {
        if let index = self.entries.firstIndex(where: { $0.number == number }) {
            let entry = self.entries[index]
            if entry.payload != payload { return .reused }
            if entry.isKept { return .answered(entry.reply ?? []) }
            if entry.isLate, entry.reply == nil { return .late }
            if entry.waiters.count == 3 { return .full }
            self.entries[index].waiters.append(waiter)
            return .joined
        }
        let bytes = OnceWindow<Int>.entryBytes + 100
        let all = self.usage(of: nil)
        let owned = self.usage(of: owner)
        guard all.count < self.count, all.bytes + bytes <= self.bytes, owned.count < self.count / 8,
            owned.bytes + bytes <= self.bytes / 8
        else { return .full }
        self.entries.append(Entry(number: number, payload: payload, owner: owner, waiters: [waiter]))
        return .run
    }

    private func underWay(_ number: UInt64) -> Int? {
        self.entries.firstIndex { $0.number == number && !$0.isKept }
    }

    mutating func settle(_ number: UInt64, _ reply: [UInt8], _ now: Int64) -> Bool {
        guard let index = self.underWay(number), self.entries[index].reply == nil else { return false }
        self.entries[index].reply = reply
        self.entries[index].expires = now + 600_000
        return true
    }

    mutating func kept(_ number: UInt64) -> [Int] {
        guard let index = self.underWay(number), self.entries[index].reply != nil else { return [] }
        // In the order of being kept.
        var entry = self.entries.remove(at: index)
        entry.isKept = true
        self.entries.append(entry)
        return entry.waiters
    }

    mutating func forget(_ number: UInt64) -> [Int] {
        guard let index = self.underWay(number) else { return [] }
        return self.entries.remove(at: index).waiters
    }

    mutating func release(_ number: UInt64) -> [Int] {
        guard let index = self.underWay(number) else { return [] }
        self.entries[index].isLate = true
        defer { self.entries[index].waiters = [] }
        return self.entries[index].waiters
    }
}

/// SplitMix64: random tests that fail the same way twice.
private struct WindowGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
