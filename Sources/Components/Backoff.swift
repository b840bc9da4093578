/// How long to wait before a callback that did not answer is asked again: exponential, with full jitter.
struct Backoff: Sendable {
    static let base = Duration.milliseconds(100)
    static let cap = Duration.seconds(2)

    /// How many further attempts there may be.
    let retries: Int
    private(set) var attempts = 0

    init(retries: Int) {
        self.retries = retries
    }

    /// The pause before the next attempt.
    ///
    /// - Parameters:
    ///   - retryAfter: The least that the callback asks for.
    ///   - remaining: How long the run may still take.
    ///   - generator: The jitter's source.
    /// - Returns: `nil` where no attempt is left, or none would begin in time.
    mutating func next(
        retryAfter: Duration?,
        remaining: Duration,
        using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        guard self.attempts < self.retries else { return nil }
        // Beyond a few doublings the cap holds: bounded so that no shift overflows.
        let ceiling = min(Self.base * (1 << min(self.attempts, 8)), Self.cap)
        let pause = max(ceiling * Double.random(in: 0...1, using: &generator), retryAfter ?? .zero)
        guard pause < remaining else { return nil }
        self.attempts += 1
        return pause
    }
}
