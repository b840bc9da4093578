/// Spares a component that does not answer, and whoever would wait for it.
///
/// Closed, everything runs. After so many runs in a row without an answer it opens: nothing runs for a while, which
/// doubles each time. Then it is half open: one message runs, and closes or opens it again.
struct CircuitBreaker: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// A change of state, for the log.
    enum Change: Sendable, Equatable {
        case opened(Duration)
        case halfOpened
        case closed
    }

    private enum State {
        case closed(failures: Int)
        case open(until: Instant)
        /// One message is under way.
        case halfOpen
    }

    /// So many runs in a row without an answer open the circuit.
    static let threshold = 5
    /// How long it is open the first time, at most; half of it at least, so that bridges do not ask in step.
    static let shortest = Duration.seconds(1)
    /// How long it is open at most, however often it has been opened.
    static let longest = Duration.seconds(30)

    private var state = State.closed(failures: 0)
    private var period = Self.shortest

    /// Whether the circuit is open or half open.
    var isOpen: Bool {
        if case .closed = self.state { false } else { true }
    }

    /// Whether a message that comes now need not even wait.
    func refuses(at now: Instant) -> Bool {
        switch self.state {
        case .closed: false
        case .open(let until): now < until
        case .halfOpen: true
        }
    }

    /// A message is about to run; asked only where the circuit does not refuse.
    ///
    /// - Returns: Whether it is the one whose outcome decides, since the circuit is now half open.
    mutating func begin() -> Bool {
        guard case .open = self.state else { return false }
        self.state = .halfOpen
        return true
    }

    /// A run has ended with an answer.
    mutating func answered(isProbe: Bool) -> Change? {
        switch self.state {
        case .closed:
            self.state = .closed(failures: 0)
            return nil
        case .halfOpen where isProbe:
            self.state = .closed(failures: 0)
            self.period = Self.shortest
            return .closed
        // One that began before the circuit opened says nothing about now.
        case .open, .halfOpen:
            return nil
        }
    }

    /// A run has ended, or its time-out has passed, without an answer.
    mutating func unanswered(
        isProbe: Bool,
        at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> Change? {
        switch self.state {
        case .closed(let failures) where failures + 1 < Self.threshold:
            self.state = .closed(failures: failures + 1)
            return nil
        case .open:
            return nil
        case .halfOpen where !isProbe:
            return nil
        case .closed, .halfOpen:
            let pause = self.period * Double.random(in: 0.5...1, using: &generator)
            self.state = .open(until: now + pause)
            self.period = min(self.period * 2, Self.longest)
            return .opened(pause)
        }
    }
}
