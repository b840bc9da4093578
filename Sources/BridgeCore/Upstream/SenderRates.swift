import Synchronization

/// How many messages each sender may send in a second, for transports without a connection that could count them.
public final class SenderRates: Sendable {
    private struct Sender: Hashable {
        let user: String
        let session: String
    }

    private struct State {
        var second: Int64 = 0
        /// Of this second alone, so that there are no more than requests in a second.
        var counts: [Sender: Int] = [:]
    }

    private let perSecond: Int
    private let state = Mutex(State())

    /// Creates the rates.
    public init(perSecond: Int) {
        self.perSecond = perSecond
    }

    /// Counts a message.
    ///
    /// - Parameters:
    ///   - user: The user of the sender's grant.
    ///   - session: The application's session of the sender's grant.
    ///   - now: Unix time, in seconds.
    /// - Returns: Whether it may be sent.
    public func take(user: String, session: String, now: Int64) -> Bool {
        self.state.withLock { state in
            if state.second != now { state = State(second: now) }
            let count = state.counts[Sender(user: user, session: session), default: 0]
            guard count < self.perSecond else { return false }
            state.counts[Sender(user: user, session: session)] = count + 1
            return true
        }
    }
}
