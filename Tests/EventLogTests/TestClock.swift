import Synchronization

/// A time of day that goes on only when it is told to.
final class TestClock: Sendable {
    private let time = Atomic<Int64>(1_732_370_000_000)

    /// Unix milliseconds.
    var now: Int64 { self.time.load(ordering: .sequentiallyConsistent) }

    func advance(milliseconds: Int64) {
        self.time.add(milliseconds, ordering: .sequentiallyConsistent)
    }

    func advance(minutes: Int64) {
        self.advance(milliseconds: minutes * 60_000)
    }
}
