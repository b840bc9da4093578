internal import Synchronization

/// A value that others can wait for.
final class ObservedValue<Value: Sendable>: Sendable {
    private struct Waiter {
        let condition: @Sendable (Value) -> Bool
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Shared {
        var value: Value
        var waiters: [UInt64: Waiter] = [:]
        var nextID: UInt64 = 0
    }

    private let shared: Mutex<Shared>

    init(_ value: Value) {
        self.shared = Mutex(Shared(value: value))
    }

    /// The value right now.
    var value: Value { self.shared.withLock { $0.value } }

    /// Changes the value and resumes who has waited for it.
    func set(_ value: Value) {
        let satisfied = self.shared.withLock { shared in
            shared.value = value
            let satisfied = shared.waiters.filter { $0.value.condition(value) }
            for id in satisfied.keys { shared.waiters[id] = nil }
            return satisfied.values.map(\.continuation)
        }
        for continuation in satisfied { continuation.resume() }
    }

    /// Returns once the value meets a condition.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    func wait(until condition: @escaping @Sendable (Value) -> Bool) async throws {
        let id = self.shared.withLock { shared in
            shared.nextID += 1
            return shared.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = self.shared.withLock { shared -> Result<Void, any Error>? in
                    if condition(shared.value) { return .success(()) }
                    // The handler below runs after the flag is set: either it finds this waiter, or this sees the flag.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    shared.waiters[id] = Waiter(condition: condition, continuation: continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let waiter = self.shared.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }
}
