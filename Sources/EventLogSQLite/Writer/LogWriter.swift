import EventLog
import GRDBSQLite
import Realtime
import Synchronization

/// Commits, and trims between commits; confined to the writer's thread.
final class LogWriter {
    /// How long the writer rests where nothing comes, in milliseconds, before it looks at what time alone has trimmed.
    private static let restMilliseconds = 1000

    let shared: LogShared
    let database: LogDatabase
    let settings: SQLiteLogSettings
    let epoch: Epoch
    var number: UInt64
    /// The states that the present commit changes.
    var staged: [ChannelHash: ChannelState] = [:]
    var keys: KeyWindow
    var flush: FlushProgress
    var trimmer: Trimmer
    /// Anchors of the present commit.
    private var anchors: [(channel: ChannelHash, state: ChannelState)] = []

    init(_ shared: LogShared, _ database: LogDatabase) throws(SQLiteFault) {
        let start = try database.start(shared.settings)
        self.shared = shared
        self.database = database
        self.settings = shared.settings
        self.epoch = start.epoch
        self.number = start.number
        self.keys = try KeyWindow(database.handle)
        self.flush = FlushProgress(flushed: start.flushed, maximumBytes: shared.settings.maximumBytes)
        self.trimmer = try Trimmer(database.handle, maximumBytes: shared.settings.maximumBytes)
        try self.recover(start)
    }

    /// Commits until the log is closed.
    ///
    /// - Throws: Where a write failed; whoever waited for it has been told.
    func run() throws(SQLiteFault) {
        while true {
            switch self.shared.queue.take(timeout: Self.restMilliseconds) {
            case .work(let work):
                try self.commit(work)
                try self.maintain()
            case .nothing: try self.maintainIdle()
            case .closed: return try self.finish()
            }
        }
    }

    private func commit(_ work: WorkQueue.Work) throws(SQLiteFault) {
        let (wall, time) = self.shared.time()
        self.staged.removeAll(keepingCapacity: true)
        self.anchors.removeAll(keepingCapacity: true)
        let before = self.number
        var packer = BlockPacker(wall: wall, time: time, expectedBytes: work.packedBytes)
        var results: [[AppendResult]] = []
        results.reserveCapacity(work.batches.count)
        let written: CommitOutcome
        do throws(SQLiteFault) {
            written = try self.database.transaction { () throws(SQLiteFault) in
                for batch in work.batches {
                    var batchResults: [AppendResult] = []
                    batchResults.reserveCapacity(batch.drafts.count)
                    for draft in batch.drafts {
                        batchResults.append(try self.stage(draft, &packer, wall: wall, time: time))
                    }
                    results.append(batchResults)
                }
                packer.finish()
                for block in packer.blocks {
                    try self.database.insert(block)
                }
                for (channel, state) in self.anchors {
                    try self.database.insertAnchor(channel, state, time: time)
                }
                let cursors = try self.writeCursors(work.cursors)
                try self.flushStep(wall: wall, time: time)
                return CommitOutcome(cursors: cursors)
            }
        } catch {
            self.number = before
            self.keys.transactionFailed()
            self.shared.note(error, failedCommits: 1)
            work.fail(error.error)
            throw error
        }
        self.database.advanceMark(to: self.number)
        self.publish(packer, committedCursors: work.cursors, written)
        for (batch, batchResults) in zip(work.batches, results) {
            batch.completion(batchResults)
        }
        for (cursor, result) in zip(work.cursors, written.cursors) {
            cursor.completion(result)
        }
    }

    /// Gives a draft its position, and packs it; nothing is known outside before the commit.
    private func stage(
        _ draft: EventDraft,
        _ packer: inout BlockPacker,
        wall: Int64,
        time: Int64
    ) throws(SQLiteFault) -> AppendResult {
        if let key = draft.key {
            switch try self.keys.look(up: key, of: draft, time: time) {
            case .new: break
            case .reused: return .failure(.keyReused)
            case .full: return .failure(.tooManyKeys)
            case .repetition(let sequence, let wall):
                let record = self.record(draft, sequence: sequence, wall: wall)
                return .success(AppendedEvent(channel: draft.channel, record: record, number: nil))
            }
        }
        var state = try self.state(of: draft.channel)
        let previous = state.number
        self.number += 1
        state.advance(sequence: state.sequence + 1, number: self.number)
        let storesPolicy = draft.policy.map { !state.isPolicyOwn || $0 != state.policy } ?? false
        if storesPolicy, let policy = draft.policy { state.setOwn(policy) }
        packer.append(draft, state, previous: previous, storesPolicy: storesPolicy)
        if state.sequence.isMultiple(of: LogSchema.anchorInterval) { self.anchors.append((draft.channel, state)) }
        self.staged[draft.channel] = state
        if let key = draft.key {
            try self.keys.store(key, of: draft, sequence: state.sequence, wall: wall, time: time)
        }
        let record = self.record(draft, sequence: state.sequence, wall: wall)
        return .success(AppendedEvent(channel: draft.channel, record: record, number: self.number))
    }

    private func record(_ draft: EventDraft, sequence: UInt64, wall: Int64) -> EventRecord {
        EventRecord(sequence: sequence, epoch: self.epoch, time: wall, by: draft.by, payload: draft.payload)
    }

    /// A channel's state within the present commit.
    private func state(of channel: ChannelHash) throws(SQLiteFault) -> ChannelState {
        if let state = self.staged[channel] { return state }
        return try self.committedState(of: channel) ?? ChannelState(defaultPolicy: self.settings.defaultPolicy)
    }

    /// A channel's state as it was last committed; `nil` where it was never used.
    func committedState(of channel: ChannelHash) throws(SQLiteFault) -> ChannelState? {
        if let state = self.shared.state.withLock({ $0.channels[channel] }) { return state }
        guard let state = try self.database.channel(channel) else { return nil }
        self.shared.state.withLock { $0.channels.store(state, for: channel) }
        return state
    }

    private func writeCursors(_ cursors: [WorkQueue.Cursor]) throws(SQLiteFault) -> [Result<Void, RealtimeError>] {
        guard !cursors.isEmpty else { return [] }
        var known = self.shared.state.withLock { $0.cursors }
        let statement = try Statement(
            self.database.handle, "INSERT OR REPLACE INTO cursors (name, number) VALUES (?, ?)")
        var results: [Result<Void, RealtimeError>] = []
        for cursor in cursors {
            do throws(RealtimeError) {
                try CursorLimits.check(cursor.name, isNew: known[cursor.name] == nil, count: known.count)
                results.append(.success(()))
            } catch {
                results.append(.failure(error))
                continue
            }
            known[cursor.name] = cursor.number
            statement.bind(1, Array(cursor.name.utf8))
            statement.bind(2, cursor.number)
            try statement.run()
        }
        return results
    }

    /// Lets everybody see what was committed.
    private func publish(
        _ packer: BlockPacker,
        committedCursors: [WorkQueue.Cursor],
        _ outcome: CommitOutcome
    ) {
        self.shared.state.withLock { state in
            for channel in self.flush.takeWritten() {
                guard var current = state.channels[channel] else { continue }
                current.isDirty = false
                state.channels.store(current, for: channel)
            }
            for (channel, staged) in self.staged {
                if !state.channels.storeDirty(staged, for: channel) { self.flush.noteDirty(channel) }
            }
            for block in packer.blocks { state.recent.append(block) }
            for (cursor, result) in zip(committedCursors, outcome.cursors) {
                if case .success = result { state.cursors[cursor.name] = cursor.number }
            }
            state.number = self.number
            state.status.failure = nil
            state.status.commits += 1
            state.status.events += UInt64(packer.count)
            state.status.bytes += UInt64(packer.payloadBytes)
        }
        let stored = packer.payloadBytes + packer.count * BlockFormat.recordBytes
        self.flush.noteAppended(events: packer.count, bytes: stored)
        self.trimmer.noteAppended(bytes: stored)
    }
}

/// What a commit wrote beside events.
private struct CommitOutcome {
    let cursors: [Result<Void, RealtimeError>]
}
