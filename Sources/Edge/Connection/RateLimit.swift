/// A token bucket: so many in a second, and as many again at once.
struct RateLimit {
    private let perSecond: Int
    private var tokens: Int
    private var refilledAt: Int64

    init(perSecond: Int, now: Int64) {
        self.perSecond = perSecond
        self.tokens = 2 * perSecond
        self.refilledAt = now
    }

    /// Takes one.
    ///
    /// - Parameter now: Unix time in seconds; a clock set back refills nothing.
    /// - Returns: Whether there was one.
    mutating func take(now: Int64) -> Bool {
        if now > self.refilledAt {
            let seconds = min(now - self.refilledAt, 2)
            self.tokens = min(2 * self.perSecond, self.tokens + Int(seconds) * self.perSecond)
            self.refilledAt = now
        } else if now < self.refilledAt {
            self.refilledAt = now
        }
        guard self.tokens > 0 else { return false }
        self.tokens -= 1
        return true
    }
}
