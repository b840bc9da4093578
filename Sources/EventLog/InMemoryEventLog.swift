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

    private struct State: Sendable {
        var channels: [ChannelHash: ChannelMemory] = [:]
        var waiting: [Batch] = []
        var isCommitting = false
        /// When idle channels are looked at next, in Unix milliseconds.
        var nextSweep: Int64 = 0
    }

    private let state = Mutex(State())
    private let epoch: Epoch
    private let now: @Sendable () -> Int64

    /// Creates an empty log with a new epoch.
    ///
    /// - Parameter now: The time of day, in Unix milliseconds.
    public init(now: @escaping @Sendable () -> Int64) {
        var generator = SystemRandomNumberGenerator()
        self.epoch = Epoch.random(using: &generator)
        self.now = now
    }

    /// Appends events; the calling thread commits them, unless another is at it and takes these too.
    public func append(_ drafts: [EventDraft], completion: @escaping @Sendable ([AppendResult]) -> Void) {
        let commits = self.state.withLock { state in
            state.waiting.append(Batch(drafts: drafts, completion: completion))
            defer { state.isCommitting = true }
            return !state.isCommitting
        }
        guard commits else { return }
        while let committed = self.commitWaiting() {
            for (batch, results) in committed {
                batch.completion(results)
            }
        }
    }

    /// How often channels are trimmed that nobody appends to, in milliseconds.
    private static let sweepInterval: Int64 = 5000

    private static func sweep(_ state: inout State, time: Int64) {
        guard time >= state.nextSweep else { return }
        state.nextSweep = time + Self.sweepInterval
        for index in state.channels.indices {
            state.channels.values[index].trim(time: time)
        }
    }

    /// Commits all that waits; `nil` when nothing does, and then nobody commits any more.
    private func commitWaiting() -> [(Batch, [AppendResult])]? {
        self.state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isCommitting = false
                return nil
            }
            let batches = state.waiting
            state.waiting = []
            let time = self.now()
            Self.sweep(&state, time: time)
            return batches.map { batch in
                let results = batch.drafts.map { draft in
                    state.channels[draft.channel, default: ChannelMemory(epoch: self.epoch)].append(draft, time: time)
                }
                return (batch, results)
            }
        }
    }

    /// Reads a channel's events that follow a position, after dropping those that are older than retention keeps.
    ///
    /// - Throws: Nothing; memory is always there.
    public func read(
        _ channel: ChannelHash,
        since position: Position?,
        limit: Int
    ) async throws(RealtimeError) -> EventPage {
        let time = self.now()
        return self.state.withLock { state in
            guard state.channels[channel] != nil else {
                return ChannelMemory(epoch: self.epoch).read(since: position, limit: limit)
            }
            state.channels[channel]?.trim(time: time)
            return state.channels[channel, default: ChannelMemory(epoch: self.epoch)].read(
                since: position, limit: limit)
        }
    }

    /// The position of a channel's last event, even where that is no longer retained; sequence 0 where there was none.
    ///
    /// - Throws: Nothing; memory is always there.
    public func head(of channel: ChannelHash) async throws(RealtimeError) -> Position {
        self.state.withLock { $0.channels[channel]?.head } ?? Position(epoch: self.epoch, sequence: 0)
    }
}
