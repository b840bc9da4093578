import Synchronization

/// Hands one value, once, to one task that waits for it.
final class Signal<Value: Sendable>: Sendable {
    private enum State: Sendable {
        case empty
        case waiting(CheckedContinuation<Value, Never>)
        case sent(Value)
    }

    private let state = Mutex(State.empty)

    /// Hands the value over; a second one is dropped.
    func send(_ value: Value) {
        let waiting = self.state.withLock { state -> CheckedContinuation<Value, Never>? in
            switch state {
            case .empty:
                state = .sent(value)
                return nil
            case .waiting(let continuation):
                state = .sent(value)
                return continuation
            case .sent:
                return nil
            }
        }
        waiting?.resume(returning: value)
    }

    /// Waits for the value, whatever becomes of the task.
    func wait() async -> Value {
        await withCheckedContinuation { continuation in
            let sent = self.state.withLock { state -> Value? in
                if case .sent(let value) = state { return value }
                state = .waiting(continuation)
                return nil
            }
            if let sent { continuation.resume(returning: sent) }
        }
    }
}
