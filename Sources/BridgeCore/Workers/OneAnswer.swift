import Synchronization

/// Resumes a continuation with the first answer, whether that comes before or after the continuation.
final class OneAnswer<Value: Sendable>: Sendable {
    private enum State: Sendable {
        case idle
        case waiting(CheckedContinuation<Value, Never>)
        case given(Value)
        case over
    }

    private let state = Mutex(State.idle)

    /// Has the answer resume this continuation; to be called once.
    func wait(_ continuation: CheckedContinuation<Value, Never>) {
        let early = self.state.withLock { state -> Value? in
            guard case .given(let value) = state else {
                state = .waiting(continuation)
                return nil
            }
            state = .over
            return value
        }
        if let early { continuation.resume(returning: early) }
    }

    /// Gives the answer; later ones are ignored.
    func give(_ value: Value) {
        let continuation = self.state.withLock { state -> CheckedContinuation<Value, Never>? in
            switch state {
            case .idle:
                state = .given(value)
                return nil
            case .waiting(let continuation):
                state = .over
                return continuation
            case .given, .over:
                return nil
            }
        }
        continuation?.resume(returning: value)
    }
}
