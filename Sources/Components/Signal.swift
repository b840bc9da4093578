import Synchronization

/// Hands the first of several values over, once, to whoever waits for it, whether that comes before or after.
package final class Signal<Value: Sendable>: Sendable {
    private enum State: Sendable {
        case empty
        case waiting(@Sendable (Value) -> Void)
        case sent(Value)
    }

    private let state: Mutex<State>

    /// Creates a signal that nobody waits for yet.
    package init() {
        self.state = Mutex(.empty)
    }

    /// Creates a signal whose value goes to a receiver, by the call that sends it.
    package init(_ receiver: @escaping @Sendable (Value) -> Void) {
        self.state = Mutex(.waiting(receiver))
    }

    /// Whether there is a value.
    package var isSent: Bool {
        self.state.withLock { state in
            if case .sent = state { true } else { false }
        }
    }

    /// Hands the value over; a second one is dropped.
    package func send(_ value: Value) {
        let receiver = self.state.withLock { state -> (@Sendable (Value) -> Void)? in
            switch state {
            case .empty:
                state = .sent(value)
                return nil
            case .waiting(let receiver):
                state = .sent(value)
                return receiver
            case .sent:
                return nil
            }
        }
        receiver?(value)
    }

    /// Waits for the value, whatever becomes of the task.
    package func wait() async -> Value {
        await withCheckedContinuation { continuation in
            if let sent = self.value(else: { continuation.resume(returning: $0) }) {
                continuation.resume(returning: sent)
            }
        }
    }

    /// The value where there is one; else the receiver gets it, by the call that sends it.
    ///
    /// One waits, by this or by ``wait()``.
    package func value(else receiver: @escaping @Sendable (Value) -> Void) -> Value? {
        self.state.withLock { state in
            if case .sent(let value) = state { return value }
            state = .waiting(receiver)
            return nil
        }
    }
}
