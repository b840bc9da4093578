import Synchronization
import Testing

@testable import Components

@Suite(.timeLimit(.minutes(1))) struct SignalTests {
    private final class Seen: Sendable {
        let values = Mutex<[Int]>([])

        func add(_ value: Int) { self.values.withLock { $0.append(value) } }
    }

    @Test func theFirstValueCounts() async {
        let signal = Signal<Int>()
        #expect(!signal.isSent)
        signal.send(1)
        signal.send(2)
        #expect(signal.isSent)
        #expect(await signal.wait() == 1)
        #expect(await signal.wait() == 1)
    }

    @Test func whoWaitsIsWoken() async {
        let signal = Signal<Int>()
        async let value = signal.wait()
        await Task.yield()
        signal.send(1)
        signal.send(2)
        #expect(await value == 1)
    }

    @Test func aReceiverGetsOneValueByTheCallThatSendsIt() {
        let seen = Seen()
        let signal = Signal<Int> { seen.add($0) }
        #expect(!signal.isSent)
        signal.send(1)
        #expect(seen.values.withLock { $0 } == [1])
        signal.send(2)
        #expect(seen.values.withLock { $0 } == [1])
    }

    @Test func aValueThatIsThereIsReturnedAndNotHandedOver() {
        let seen = Seen()
        let signal = Signal<Int>()
        signal.send(1)
        #expect(signal.value { seen.add($0) } == 1)
        let other = Signal<Int>()
        #expect(other.value { seen.add($0) } == nil)
        other.send(2)
        #expect(seen.values.withLock { $0 } == [2])
    }

    @Test func ofManySendersOneCounts() async {
        let seen = Seen()
        let signal = Signal<Int> { seen.add($0) }
        await withTaskGroup { group in
            // As many as there are numbers.
            for number in 0..<100 { group.addTask { signal.send(number) } }
        }
        #expect(seen.values.withLock { $0.count } == 1)
    }
}
