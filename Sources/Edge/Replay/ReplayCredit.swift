/// How many bytes of the log one connection may have read for it.
///
/// Enough for the largest catch-up; who subscribes from the beginning again and again uses it up, and is then served at
/// the rate at which it comes back.
struct ReplayCredit {
    private static let maximum = 64 << 20
    private static let perSecond = 1 << 20

    private var bytes = Self.maximum
    private var refilledAt: UInt64

    init(now: UInt64) {
        self.refilledAt = now
    }

    /// Takes what a page came to; the next one may have to wait for it.
    mutating func spend(_ bytes: Int) {
        self.bytes -= bytes
    }

    /// Whether a page may be read, at a time in seconds of a clock that does not go back.
    mutating func isLeft(now: UInt64) -> Bool {
        let seconds = Int(min(now - self.refilledAt, 3600))
        self.bytes = min(self.bytes + seconds * Self.perSecond, Self.maximum)
        self.refilledAt = now
        return self.bytes > 0
    }
}
