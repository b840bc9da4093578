import Realtime
import Synchronization

/// How many polls and streams there are, in all and of one application's session.
final class PullSlots: Sendable {
    /// Whose they are.
    struct Owner: Hashable, Sendable {
        let user: String
        let session: String
    }

    /// How many one session may have at once.
    static let maximumOfOne = 16

    private struct State: Sendable {
        var total = 0
        var byOwner: [Owner: Int] = [:]
    }

    private let maximum: Int
    private let connections: @Sendable () -> Int
    private let state = Mutex(State())

    /// Allows so many together with what else there is of connections.
    init(maximum: Int, connections: @escaping @Sendable () -> Int) {
        self.maximum = maximum
        self.connections = connections
    }

    var count: Int { self.state.withLock { $0.total } }

    /// - Throws: `limit`, which it names.
    func take(for owner: Owner) throws(RealtimeError) {
        let others = self.connections()
        try self.state.withLock { state throws(RealtimeError) in
            guard state.byOwner[owner, default: 0] < Self.maximumOfOne else {
                throw RealtimeError(.limit, "at most \(Self.maximumOfOne) polls and streams of one session at once")
            }
            guard state.total + others < self.maximum else {
                throw RealtimeError(.limit, "connections: the bridge takes no more at present")
            }
            state.total += 1
            state.byOwner[owner, default: 0] += 1
        }
    }

    func release(_ owner: Owner) {
        self.state.withLock { state in
            state.total -= 1
            let left = state.byOwner[owner, default: 1] - 1
            state.byOwner[owner] = left == 0 ? nil : left
        }
    }
}
