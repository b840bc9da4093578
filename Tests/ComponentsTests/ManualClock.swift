import Synchronization

@testable import Components

/// A clock that goes on only where a test says so.
final class ManualClock: Sendable {
    private struct Sleeper: Sendable {
        let until: ContinuousClock.Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State: Sendable {
        var now = ContinuousClock.now
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var lastSleeper = 0
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var clock: RunnerClock {
        RunnerClock(now: { self.state.withLock { $0.now } }, sleep: { try await self.sleep(until: $0) })
    }

    /// Lets time pass: whoever has slept long enough wakes.
    func advance(by duration: Duration) {
        let awake = self.state.withLock { state in
            state.now += duration
            let now = state.now
            let awake = state.sleepers.filter { $0.value.until <= now }
            for id in awake.keys { state.sleepers[id] = nil }
            return awake.values
        }
        for sleeper in awake { sleeper.continuation.resume() }
    }

    /// Waits until so many tasks sleep.
    func asleep(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = self.state.withLock { state in
                if state.sleepers.count < count { state.watchers.append((count, continuation)) }
                return state.sleepers.count >= count
            }
            if isReached { continuation.resume() }
        }
    }

    private func sleep(until: ContinuousClock.Instant) async throws {
        let id = self.state.withLock { state in
            state.lastSleeper += 1
            return state.lastSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (isCancelled, isOver, reached) = self.state.withLock { state in
                    if state.cancelled.remove(id) != nil { return (true, false, state.watchers.prefix(0)) }
                    if until <= state.now { return (false, true, state.watchers.prefix(0)) }
                    state.sleepers[id] = Sleeper(until: until, continuation: continuation)
                    let count = state.sleepers.count
                    let split = state.watchers.partition { $0.count <= count }
                    let reached = state.watchers[split...]
                    state.watchers.removeSubrange(split...)
                    return (false, false, reached)
                }
                for watcher in reached { watcher.continuation.resume() }
                if isOver { continuation.resume() }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = self.state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelled.insert(id) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}
