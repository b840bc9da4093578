public import Realtime

/// The ordered, bounded memory of every channel: it alone gives out sequence numbers.
///
/// Within a channel and epoch `sequence` grows by exactly one. What ``append(_:completion:)`` has reported as appended
/// is committed: only then may it be delivered, mirrored or acknowledged.
public protocol EventLog: Sendable {
    /// Appends events in the given order.
    ///
    /// Returns at once; a batch that comes while another is being committed waits for it.
    ///
    /// - Parameters:
    ///   - drafts: The events; those of one call are committed together.
    ///   - completion: Called once, with one result for each draft in order. Completions are called one after the other
    ///     in the order of their commits, from any thread, possibly before this method returns; they must not block.
    func append(_ drafts: [EventDraft], completion: @escaping @Sendable ([AppendResult]) -> Void)

    /// Reads a channel's events that follow a position.
    ///
    /// - Parameters:
    ///   - channel: The channel.
    ///   - position: The last event seen; `nil` reads from the beginning of what is retained.
    ///   - limit: The largest number of events returned; at least 1.
    /// - Returns: The events in order, whether they join the position without a gap, and whether more follow.
    /// - Throws: `log_unavailable`.
    func read(_ channel: ChannelHash, since position: Position?, limit: Int) async throws(RealtimeError) -> EventPage

    /// The position of a channel's last event; an empty channel is at sequence 0.
    ///
    /// - Throws: `log_unavailable`.
    func head(of channel: ChannelHash) async throws(RealtimeError) -> Position
}

/// What became of one draft.
public typealias AppendResult = Result<AppendedEvent, RealtimeError>
