import EventLog
import GRDBSQLite
import Realtime
import Synchronization

extension LogWriter {
    /// How many steps of sweeping keys one rest sees.
    private static let idleSweeps = 4

    /// Does a little of what keeps the file small, after a commit.
    func maintain() throws(SQLiteFault) {
        try self.database.checkpointIfDue()
        if self.trimmer.isDue { _ = try self.trimStep() }
        if self.keys.isSweepDue { try self.sweepKeys() }
    }

    /// Does what is left of it while nobody waits.
    func maintainIdle() throws(SQLiteFault) {
        try self.flushAll { !self.shared.queue.hasWork }
        self.trimmer.noteIdle(time: self.shared.time().time)
        while !self.shared.queue.hasWork, try self.trimStep() {
            try self.database.checkpointIfDue()
        }
        for _ in 0..<Self.idleSweeps where self.keys.mayHoldExpired && !self.shared.queue.hasWork {
            try self.sweepKeys()
        }
        try self.database.checkpointIfDue()
    }

    private func trimStep() throws(SQLiteFault) -> Bool {
        let time = self.shared.time().time
        do throws(SQLiteFault) {
            let goesOn = try self.database.transaction { () throws(SQLiteFault) in
                try self.trimmer.step(
                    used: try self.database.usedBytes(),
                    flushed: self.flush.flushed,
                    time: time,
                    state: { channel throws(SQLiteFault) in try self.committedState(of: channel) }
                )
            }
            let used = self.trimmer.used
            self.shared.state.withLock { state in
                state.status.retainedBytes = used
                state.status.trimmingFailure = nil
            }
            return goesOn
        } catch {
            // Damage among old events must not keep new ones from being written.
            guard error.code == SQLITE_CORRUPT else { throw error }
            self.shared.state.withLock { $0.status.trimmingFailure = error.error }
            return false
        }
    }

    private func sweepKeys() throws(SQLiteFault) {
        let time = self.shared.time().time
        try self.database.transaction { () throws(SQLiteFault) in try self.keys.sweep(time: time) }
    }
}
