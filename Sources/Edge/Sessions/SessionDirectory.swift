import NIOCore
import Synchronization

/// Which connection has which session, over all event loops.
///
/// A newcomer takes a session over ([MQTT-3.1.4-3]). Two clients with one id would do so without end; after a few times
/// a minute the newcomer is refused instead, and the other one stays.
final class SessionDirectory: Sendable {
    /// Where a connection lives.
    struct Holder: Hashable, Sendable {
        /// The index of its event loop in the hub.
        let loop: Int
        let connection: ConnectionID
    }

    /// What a newcomer may do.
    enum Claim: Equatable {
        case granted
        /// The session is the newcomer's; its holder is to be closed.
        case takenOver(Holder)
        case refused
    }

    private struct Entry: Sendable {
        var holder: Holder
        var takeOvers = 0
        var windowEnd: NIODeadline = .uptimeNanoseconds(0)
    }

    /// Take-overs of one session in one window, before newcomers are refused.
    private static let maximumTakeOvers = 5
    private static let window = TimeAmount.minutes(1)

    private let entries = Mutex<[SessionKey: Entry]>([:])

    /// Makes a connection the holder of a session, if it may.
    func claim(_ key: SessionKey, for newcomer: Holder, at now: NIODeadline) -> Claim {
        self.entries.withLock { entries in
            guard var entry = entries[key] else {
                entries[key] = Entry(holder: newcomer)
                return .granted
            }
            if now >= entry.windowEnd {
                entry.takeOvers = 0
                entry.windowEnd = now + Self.window
            }
            guard entry.takeOvers < Self.maximumTakeOvers else { return .refused }
            let previous = entry.holder
            entry.takeOvers += 1
            entry.holder = newcomer
            entries[key] = entry
            return .takenOver(previous)
        }
    }

    /// The connection that has a session.
    func holder(of key: SessionKey) -> Holder? {
        self.entries.withLock { $0[key]?.holder }
    }

    /// A connection has ended; nothing happens when the session is another's by now.
    func release(_ key: SessionKey, by holder: Holder) {
        self.entries.withLock { entries in
            if entries[key]?.holder == holder { entries[key] = nil }
        }
    }
}
