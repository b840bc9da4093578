/// The time as a runner sees it.
struct RunnerClock: Sendable {
    let now: @Sendable () -> ContinuousClock.Instant
    /// Sleeps until an instant; throws `CancellationError` once the task is cancelled.
    let sleep: @Sendable (ContinuousClock.Instant) async throws -> Void

    static let continuous = Self(now: { .now }, sleep: { try await Task.sleep(until: $0) })
}
