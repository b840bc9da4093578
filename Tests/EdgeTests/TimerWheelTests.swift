import Testing

@testable import Edge

@Suite struct TimerWheelTests {
    final class Entry: TimerWheelEntry {
        var timerPlace: TimerPlace?
        /// The tick it is expected at, as the model has it.
        var due: UInt64?
    }

    @Test func firesOnceAtItsTick() {
        var wheel = TimerWheel<Entry>(slots: 8)
        let entry = Entry()
        wheel.schedule(entry, after: 3)
        var fired: [Int] = []
        for tick in 1...20 {
            let due = wheel.advance()
            if due.contains(where: { $0 === entry }) { fired.append(tick) }
        }
        #expect(fired == [3])
        #expect(wheel.now == 20)
    }

    @Test(arguments: [0, -5, .min])
    func nothingFiresInTheTickItWasMadeIn(_ ticks: Int) {
        var wheel = TimerWheel<Entry>(slots: 8)
        let entry = Entry()
        wheel.schedule(entry, after: ticks)
        let due = wheel.advance()
        #expect(due.count == 1)
    }

    @Test func whatLiesBeyondTheRingComesBackAtItsEnd() {
        var wheel = TimerWheel<Entry>(slots: 8)
        let entry = Entry()
        wheel.schedule(entry, after: .max)
        var counts: [Int] = []
        for _ in 1...7 { counts.append(wheel.advance().count) }
        #expect(counts == [0, 0, 0, 0, 0, 0, 1])
    }

    @Test func cancellingTwiceIsCancelling() {
        var wheel = TimerWheel<Entry>(slots: 8)
        let entry = Entry()
        wheel.schedule(entry, after: 1)
        wheel.cancel(entry)
        wheel.cancel(entry)
        let due = wheel.advance()
        #expect(due.isEmpty)
        #expect(entry.timerPlace == nil)
    }

    /// Against a model: whatever is scheduled, moved and cancelled, each tick fires exactly what is due.
    @Test(arguments: 0..<20)
    func firesWhatAModelFires(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let slots = Int.random(in: 2...20, using: &generator)
        var wheel = TimerWheel<Entry>(slots: slots)
        let entries = (0..<30).map { _ in Entry() }
        for _ in 0..<500 {
            let entry = entries[Int.random(in: 0..<entries.count, using: &generator)]
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5:
                let ticks = Int.random(in: 0...(2 * slots), using: &generator)
                wheel.schedule(entry, after: ticks)
                entry.due = wheel.now + UInt64(min(max(ticks, 1), slots - 1))
            case 5..<7:
                wheel.cancel(entry)
                entry.due = nil
            default:
                let fired = Set(wheel.advance().map(ObjectIdentifier.init))
                let expected = entries.filter { $0.due == wheel.now }
                #expect(fired == Set(expected.map(ObjectIdentifier.init)))
                for entry in expected { entry.due = nil }
            }
        }
    }
}
