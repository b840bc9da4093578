import Realtime

/// Why a message does not run.
enum Refusal: Sendable {
    /// As many wait already as may.
    case tooManyWait
    /// It has waited for as long as a callback may take.
    case waitedTooLong
    /// The circuit breaker is open.
    case circuitOpen
    case shuttingDown

    /// What whoever asked is told.
    var error: RealtimeError {
        switch self {
        case .tooManyWait: RealtimeError(.busy, "too many messages wait for the component")
        case .waitedTooLong: RealtimeError(.busy, "the message waited too long for the component")
        case .circuitOpen: RealtimeError(.busy, "the component does not answer")
        case .shuttingDown: RealtimeError(.busy, "the bridge is shutting down")
        }
    }
}
