/// Latencies in three figures, each of them one that was measured (nearest rank).
struct LatencySummary: Sendable, Equatable {
    let median: Duration
    let p99: Duration
    let maximum: Duration

    /// Sums up; nil where there is nothing.
    init?(_ latencies: [Duration]) {
        let sorted = latencies.sorted()
        guard let last = sorted.last else { return nil }
        self.median = Self.percentile(50, of: sorted)
        self.p99 = Self.percentile(99, of: sorted)
        self.maximum = last
    }

    /// The smallest that so many percent are not above.
    private static func percentile(_ percent: Int, of sorted: [Duration]) -> Duration {
        sorted[max(0, (sorted.count * percent + 99) / 100 - 1)]
    }
}
