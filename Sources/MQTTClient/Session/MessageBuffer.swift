import MQTTCodec
import NIOCore

/// The messages that came and were not yet taken, and those who wait for one: pure state, no I/O.
///
/// Bounded by back-pressure: from `limit` messages on the connection is to stop reading, at half of it to go on.
struct MessageBuffer<Waiter> {
    enum Taken {
        case message(Publish, resumeReading: Bool)
        case ended
        case failed(MQTTClientError)
        case wait
    }

    enum Added {
        case deliver(Waiter, Publish)
        case stored(stopReading: Bool)
        case dropped
    }

    private enum Phase {
        case open
        case ended
        case failed(MQTTClientError)
    }

    private let limit: Int
    private var phase = Phase.open
    private var isReading = true
    private var messages = CircularBuffer<Publish>()
    private var waiters: [(id: UInt64, waiter: Waiter)] = []

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    mutating func add(_ message: Publish) -> Added {
        guard case .open = phase else { return .dropped }
        if !waiters.isEmpty {
            return .deliver(waiters.removeFirst().waiter, message)
        }
        messages.append(message)
        if messages.count >= limit { isReading = false }
        return .stored(stopReading: !isReading)
    }

    /// Takes a message, or leaves `waiter` behind for the next one.
    mutating func take(id: UInt64, waiter: Waiter) -> Taken {
        if let message = messages.popFirst() {
            let resume = !isReading && messages.count <= limit / 2
            if resume { isReading = true }
            return .message(message, resumeReading: resume)
        }
        switch phase {
        case .open:
            waiters.append((id, waiter))
            return .wait
        case .ended: return .ended
        case .failed(let error): return .failed(error)
        }
    }

    /// Gives back a waiter that has not been served.
    mutating func cancel(id: UInt64) -> Waiter? {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: index).waiter
    }

    /// Ends the stream, with a reason or without; what is stored can still be taken.
    mutating func finish(_ error: MQTTClientError?) -> [Waiter] {
        guard case .open = phase else { return [] }
        phase = error.map { .failed($0) } ?? .ended
        defer { waiters = [] }
        return waiters.map(\.waiter)
    }
}
