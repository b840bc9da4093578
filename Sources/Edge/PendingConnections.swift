public import NIOCore
import Synchronization

/// Connections that have not shown yet what they may do: no CONNECT was accepted, no HTTP request is under way.
///
/// Bounded, over all event loops: one more closes the oldest. Whoever opens connections and says nothing so pushes out
/// its own, while a client that goes on at once is through long before its turn comes.
public final class PendingConnections: Sendable {
    /// One stay of a connection among them.
    public struct Ticket: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    private struct State: Sendable {
        var waiting: [UInt64: any Channel] = [:]
        var next: UInt64 = 0
        /// No number below it waits.
        var oldest: UInt64 = 0

        mutating func removeOldest() -> (any Channel)? {
            // Each number is passed over once.
            while self.oldest < self.next {
                defer { self.oldest += 1 }
                if let channel = self.waiting.removeValue(forKey: self.oldest) { return channel }
            }
            return nil
        }
    }

    /// However many clients are connected, so many newcomers fit beside them.
    private static let minimum = 64

    private let limit: Int
    private let maximumOpen: Int
    private let metrics: EdgeMetrics
    private let state = Mutex(State())

    /// Creates an empty set for at most `limit` connections, and for fewer where clients leave no room for them.
    init(limit: Int, maximumOpen: Int, metrics: EdgeMetrics) {
        self.limit = limit
        self.maximumOpen = maximumOpen
        self.metrics = metrics
    }

    /// How many there are now.
    var count: Int { self.state.withLock { $0.waiting.count } }

    /// Takes a connection in, and closes the oldest where there is no room for both.
    public func add(_ channel: any Channel) -> Ticket {
        let limit = max(min(self.limit, self.maximumOpen - self.metrics.connections), Self.minimum)
        let (ticket, evicted) = self.state.withLock { state -> (Ticket, (any Channel)?) in
            let ticket = Ticket(number: state.next)
            state.next += 1
            state.waiting[ticket.number] = channel
            return (ticket, state.waiting.count > limit ? state.removeOldest() : nil)
        }
        if let evicted {
            self.metrics.evicted()
            // Fails only where it is closed already.
            evicted.close(promise: nil)
        }
        return ticket
    }

    /// Lets a connection go, since it has shown what it may do, or has ended.
    public func remove(_ ticket: Ticket) {
        self.state.withLock { $0.waiting[ticket.number] = nil }
    }
}
