/// How long to wait before the next attempt: full jitter, so that many who lost the same peer do not return together.
struct Backoff {
    private let base: Duration
    private let limit: Duration
    private var attempts = 0

    init(base: Duration, limit: Duration) {
        self.base = base
        self.limit = limit
    }

    /// The longest that the next wait can be.
    var bound: Duration {
        // 2^20 times any base is beyond any limit, and far from overflowing.
        min(self.limit, self.base * (1 << min(self.attempts, 20)))
    }

    /// Counts an attempt.
    ///
    /// - Parameter random: A number from 0 up to, not including, 1.
    /// - Returns: The wait before it.
    mutating func next(random: Double = .random(in: 0..<1)) -> Duration {
        defer { self.attempts += 1 }
        return self.bound * random
    }

    /// Begins anew, unless what was there lasted so briefly that it counts as one more failure.
    mutating func succeeded(lasted: Duration) {
        if lasted >= self.limit { self.attempts = 0 }
    }
}
