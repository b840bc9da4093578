import EventLog
import GRDB
import GRDBSQLite
import Realtime
import Synchronization

/// Answers reads from the file; its ``run()`` is a thread's life.
struct LogReader: Sendable {
    let shared: LogShared
    let queue: ReadQueue

    /// Answers until the queue is closed.
    ///
    /// The file is opened anew after a failure, and when the writer has done so.
    func run() {
        var request = self.queue.take()
        while let next = request {
            do {
                request = try self.answer(beginningWith: next)
            } catch {
                request = self.queue.take()
            }
        }
    }

    /// Opens the file and answers from it.
    ///
    /// - Returns: The request for which it has to be opened anew; `nil` after closing.
    /// - Throws: After a failure that was reported.
    private func answer(beginningWith first: ReadQueue.Request) throws(SQLiteFault) -> ReadQueue.Request? {
        let opening = self.shared.opening
        var configuration = Configuration()
        configuration.label = "event log reader"
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.allowsUnsafeTransactions = true
        var request: ReadQueue.Request? = first
        do {
            let database = try DatabaseQueue(path: self.shared.files.database, configuration: configuration)
            try database.unsafeRead { database in
                guard let handle = database.sqliteConnection else { throw SQLiteFault.damaged }
                let reader = try ChannelReader(handle, defaultPolicy: self.shared.settings.defaultPolicy)
                while let next = request, self.shared.opening == opening {
                    try self.answer(next, reader)
                    request = self.queue.take()
                }
            }
            // What is left of it goes with the object.
            try? database.close()
            return request
        } catch {
            let fault = SQLiteFault(error)
            request?.fail(fault.error)
            throw fault
        }
    }

    private func answer(_ request: ReadQueue.Request, _ reader: ChannelReader) throws(SQLiteFault) {
        switch request {
        case .page(let channel, let position, let limit, let completion):
            let page = try self.channel(channel, since: position, limit: limit, reader) {
                builder throws(SQLiteFault) in try reader.page(channel, builder)
            }
            completion(.success(page))
        case .latest(let channel, let completion):
            let page = try self.channel(channel, since: nil, limit: ReadLimit(events: 1), reader) {
                builder throws(SQLiteFault) in try reader.latest(builder)
            }
            completion(.success(page))
        case .head(let channel, let completion):
            let page = try self.channel(channel, since: nil, limit: ReadLimit(), reader) { builder in
                builder.page([], first: builder.state.sequence + 1, reachesHead: true)
            }
            completion(.success(page.head))
        case .committed(let number, let limit, let completion):
            let epoch = self.shared.state.withLock { $0.epoch }
            let page = try reader.snapshot { () throws(SQLiteFault) in
                try reader.committed(after: number, limit: limit, epoch: epoch)
            }
            completion(.success(page))
        }
    }

    /// Reads of one channel, whose state comes from memory or, in the same snapshot, from the table.
    private func channel(
        _ channel: ChannelHash,
        since position: Position?,
        limit: ReadLimit,
        _ reader: ChannelReader,
        _ body: (PageBuilder) throws(SQLiteFault) -> EventPage
    ) throws(SQLiteFault) -> EventPage {
        // The state in memory comes first: what is committed until the snapshot begins is in the file too.
        let (known, evictions, epoch) = self.shared.state.withLock { state in
            (state.channels[channel], state.channels.evictions, state.epoch)
        }
        let now = self.shared.time().time
        return try reader.snapshot { () throws(SQLiteFault) in
            var state = known
            if state == nil {
                state = try reader.state(of: channel) ?? ChannelState(defaultPolicy: self.shared.settings.defaultPolicy)
                self.remember(state, of: channel, evictions: evictions)
            }
            guard let state else { throw .damaged }
            return try body(PageBuilder(state, since: position, limit: limit, epoch: epoch, now: now))
        }
    }

    /// Keeps what the table said, unless the writer may have used the channel and forgotten it meanwhile.
    private func remember(_ read: ChannelState?, of channel: ChannelHash, evictions: UInt64) {
        self.shared.state.withLock { state in
            guard let read, state.channels.evictions == evictions, state.channels[channel] == nil else { return }
            state.channels.store(read, for: channel)
        }
    }
}
