public import Realtime
import Synchronization

/// An event log that forgets everything with the process.
///
/// Batches are committed one after the other: whoever finds nobody committing does it for all who come meanwhile, so
/// that completions keep the order of commits without a thread of their own.
public final class InMemoryEventLog: EventLog {
    private struct Batch: Sendable {
        let drafts: [EventDraft]
        let completion: @Sendable ([AppendResult]) -> Void
    }

    private struct Queue: Sendable {
        var waiting: [Batch] = []
        var waitingEvents = 0
        var isCommitting = false
        var isClosed = false
    }

    /// How many events wait at most while others are committed.
    private static let maximumWaiting = 100_000

    private let queue = Mutex(Queue())
    /// The time of day is read under this lock: times that come in another order would look like a clock set back.
    private let state: Mutex<InMemoryState>
    private let now: @Sendable () -> Int64

    /// Creates an empty log with a new epoch.
    ///
    /// - Parameters:
    ///   - defaultPolicy: How channels keep events whose drafts do not say.
    ///   - maximumBytes: The most memory that retained events take, roughly; the oldest go first.
    ///   - now: The time of day, in Unix milliseconds.
    public init(
        defaultPolicy: ChannelPolicy = ChannelPolicy(),
        maximumBytes: Int = 1 << 30,
        now: @escaping @Sendable () -> Int64
    ) {
        var generator = SystemRandomNumberGenerator()
        self.state = Mutex(
            InMemoryState(
                epoch: Epoch.random(using: &generator),
                defaultPolicy: defaultPolicy,
                maximumCost: maximumBytes,
                wall: now()
            ))
        self.now = now
    }

    /// Appends events; the calling thread commits them, unless another is at it and takes these too.
    public func append(_ drafts: [EventDraft], completion: @escaping @Sendable ([AppendResult]) -> Void) {
        let decision = self.queue.withLock { queue -> Result<Bool, RealtimeError> in
            guard !queue.isClosed else { return .failure(.logClosed) }
            guard queue.waitingEvents == 0 || queue.waitingEvents + drafts.count <= Self.maximumWaiting else {
                return .failure(.tooMuchWaiting)
            }
            queue.waiting.append(Batch(drafts: drafts, completion: completion))
            queue.waitingEvents += drafts.count
            defer { queue.isCommitting = true }
            return .success(!queue.isCommitting)
        }
        switch decision {
        case .success(true):
            while self.commitWaiting() {}
        case .success(false): break
        case .failure(let error):
            if error.code == .busy { self.state.withLock { $0.status.refused += 1 } }
            completion(drafts.map { _ in .failure(error) })
        }
    }

    /// Commits all that waits; false when nothing does, and then nobody commits any more.
    private func commitWaiting() -> Bool {
        let batches = self.queue.withLock { queue -> [Batch] in
            let batches = queue.waiting
            queue.waiting = []
            queue.waitingEvents = 0
            queue.isCommitting = !batches.isEmpty
            return batches
        }
        guard !batches.isEmpty else { return false }
        let results = self.state.withLock { $0.commit(batches.map(\.drafts), wall: self.now()) }
        for (batch, results) in zip(batches, results) {
            batch.completion(results)
        }
        return true
    }

    /// Reads a channel's events that follow a position, after dropping those that are older than retention keeps.
    public func read(
        _ channel: ChannelHash,
        since position: Position?,
        limit: ReadLimit,
        completion: @escaping Completion<EventPage>
    ) {
        completion(
            .success(
                self.state.withLock { $0.read(channel, wall: self.now()) { $0.read(since: position, limit: limit) } }))
    }

    /// Reads a channel's last event.
    public func latest(_ channel: ChannelHash, completion: @escaping Completion<EventPage>) {
        completion(.success(self.state.withLock { $0.read(channel, wall: self.now()) { $0.latest() } }))
    }

    /// Finds the position of a channel's last event.
    public func head(of channel: ChannelHash, completion: @escaping Completion<Position>) {
        completion(.success(self.state.withLock { $0.head(of: channel) }))
    }

    /// Reads the events of all channels in the order in which they were committed.
    public func readCommitted(
        after number: UInt64,
        limit: ReadLimit,
        completion: @escaping Completion<CommittedPage>
    ) {
        completion(.success(self.state.withLock { $0.readCommitted(after: number, limit: limit) }))
    }

    /// Finds the number that a cursor stands at.
    public func cursor(named name: String, completion: @escaping Completion<UInt64?>) {
        completion(.success(self.state.withLock { $0.cursor(named: name) }))
    }

    /// Sets a cursor; the process forgets it with everything else.
    public func setCursor(named name: String, to number: UInt64, completion: @escaping Completion<Void>) {
        completion(
            Result { () throws(RealtimeError) in
                try self.state.withLock { state throws(RealtimeError) in
                    try state.setCursor(named: name, to: number)
                }
            })
    }

    /// How the log is doing.
    public var status: EventLogStatus { self.state.withLock { $0.status } }

    /// Ends; what comes later gets `log_unavailable`.
    public func close() async {
        self.queue.withLock { $0.isClosed = true }
    }
}
