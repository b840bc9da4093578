import MQTTCodec
import Synchronization

/// The bridge from the event loop, which adds messages, to the tasks that take them.
final class MessageQueue: Sendable {
    private typealias Waiter = CheckedContinuation<Publish?, any Error>

    private struct State {
        var buffer: MessageBuffer<Waiter>
        var nextID: UInt64 = 0
    }

    private let state: Mutex<State>

    init(limit: Int) {
        state = Mutex(State(buffer: MessageBuffer(limit: limit)))
    }

    /// Adds a message; true when reading is to stop.
    func add(_ message: Publish) -> Bool {
        switch state.withLock({ $0.buffer.add(message) }) {
        case .deliver(let waiter, let message):
            waiter.resume(returning: message)
            return false
        case .stored(let stopReading): return stopReading
        case .dropped: return false
        }
    }

    /// The next message; nil after a regular end.
    ///
    /// Calls `resumeReading` when there is room again. Cancellation throws `CancellationError` and takes no message.
    func next(resumeReading: () -> Void) async throws -> Publish? {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                switch state.withLock({ $0.buffer.take(id: id, waiter: waiter) }) {
                case .message(let message, let resume):
                    if resume { resumeReading() }
                    waiter.resume(returning: message)
                case .ended: waiter.resume(returning: nil)
                case .failed(let error): waiter.resume(throwing: error)
                case .wait:
                    // The handler below may have run before there was a waiter to cancel.
                    if Task.isCancelled { cancel(id) }
                }
            }
        } onCancel: {
            cancel(id)
        }
    }

    func finish(_ error: MQTTClientError?) {
        for waiter in state.withLock({ $0.buffer.finish(error) }) {
            if let error { waiter.resume(throwing: error) } else { waiter.resume(returning: nil) }
        }
    }

    private func cancel(_ id: UInt64) {
        state.withLock { $0.buffer.cancel(id: id) }?.resume(throwing: CancellationError())
    }
}
