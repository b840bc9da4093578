import EventLog
import Realtime
import Synchronization

/// What the writer publishes after each commit, and everybody reads.
final class LogShared: Sendable {
    struct State: Sendable {
        var epoch: Epoch
        var channels = ChannelCache()
        var recent: RecentBlocks
        /// The last committed event's number.
        var number: UInt64 = 0
        var clock: LogClock
        var cursors: [String: UInt64] = [:]
        var status = EventLogStatus()
        /// Which opening of the file this is: readers open it anew where theirs is an older one.
        var opening = 0
        var reasonForEpoch: String?
    }

    let settings: SQLiteLogSettings
    let files: LogFiles
    let queue = WorkQueue()
    let state: Mutex<State>

    init(_ settings: SQLiteLogSettings) {
        self.settings = settings
        self.files = LogFiles(path: settings.path)
        var generator = SystemRandomNumberGenerator()
        self.state = Mutex(
            State(
                epoch: Epoch.random(using: &generator),
                recent: RecentBlocks(capacity: settings.recentBytes),
                clock: LogClock(wall: settings.now())
            ))
    }

    var opening: Int { self.state.withLock { $0.opening } }

    /// The time of day and the log time.
    ///
    /// The time of day is read under the lock: two threads that read it and came in the other order would look like a
    /// clock that was set back.
    func time() -> (wall: Int64, time: Int64) {
        self.state.withLock { state in
            let wall = self.settings.now()
            return (wall, state.clock.advance(to: wall))
        }
    }

    /// Notes what a write failed with.
    func note(_ fault: SQLiteFault, failedCommits: UInt64) {
        self.state.withLock { state in
            state.status.failure = fault.error
            state.status.failures += failedCommits
        }
    }

    func noteRefusal() {
        self.state.withLock { $0.status.refused += 1 }
    }
}
