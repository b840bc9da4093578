public import Realtime

/// The ordered, bounded memory of every channel: it alone gives out sequence numbers.
///
/// Within a channel and epoch `sequence` grows by exactly one. What ``append(_:completion:)`` has reported as appended
/// is committed: only then may it be delivered, mirrored or acknowledged.
///
/// Completions are called once, from any thread, possibly before the method returns; they must not block.
public protocol EventLog: Sendable {
    /// What a reading method calls with its answer.
    typealias Completion<Value> = @Sendable (Result<Value, RealtimeError>) -> Void

    /// Appends events in the given order.
    ///
    /// Returns at once; a batch that comes while another is being committed waits for it. Where too much waits already,
    /// every draft of the batch is refused with `busy`.
    ///
    /// - Parameters:
    ///   - drafts: The events; those of one call are committed together.
    ///   - completion: Called once, with one result for each draft in order. Completions that report an event are
    ///     called one after the other in the order of their commits.
    func append(_ drafts: [EventDraft], completion: @escaping @Sendable ([AppendResult]) -> Void)

    /// Reads a channel's events that follow a position.
    ///
    /// - Parameters:
    ///   - channel: The channel.
    ///   - position: The last event seen; `nil` reads from the beginning of what is retained.
    ///   - limit: How much is returned at most.
    ///   - completion: Called with the page, `busy`, or `log_unavailable`.
    func read(
        _ channel: ChannelHash,
        since position: Position?,
        limit: ReadLimit,
        completion: @escaping Completion<EventPage>
    )

    /// Reads a channel's last event: a page of at most one event, with recovery `none`.
    ///
    /// The `completion` is called with the page, `busy`, or `log_unavailable`.
    func latest(_ channel: ChannelHash, completion: @escaping Completion<EventPage>)

    /// Finds the position of a channel's last event, retained or not; an empty channel is at sequence 0.
    ///
    /// The `completion` is called with the position, `busy`, or `log_unavailable`.
    func head(of channel: ChannelHash, completion: @escaping Completion<Position>)

    /// Reads the events of all channels in the order in which they were committed.
    ///
    /// - Parameters:
    ///   - number: The last event's number, 0 before the first.
    ///   - limit: How much is returned at most.
    ///   - completion: Called with the page, `busy`, or `log_unavailable`.
    func readCommitted(after number: UInt64, limit: ReadLimit, completion: @escaping Completion<CommittedPage>)

    /// Finds the number that a cursor stands at; `nil` where none of that name was set.
    ///
    /// The `completion` is called with the number, or `log_unavailable`.
    func cursor(named name: String, completion: @escaping Completion<UInt64?>)

    /// Sets a cursor, which lives as long as the log does.
    ///
    /// - Parameters:
    ///   - name: 1 to 64 bytes; a log has at most 64 cursors.
    ///   - number: Where it stands from now on.
    ///   - completion: Called when it is committed, or with `limit` or `log_unavailable`.
    func setCursor(named name: String, to number: UInt64, completion: @escaping Completion<Void>)

    /// How the log is doing; does not block.
    var status: EventLogStatus { get }

    /// Commits what waits, and ends; what comes later gets `log_unavailable`. Cancellation does not shorten it.
    func close() async
}

/// What cursors are bounded by.
public enum CursorLimits {
    /// How many cursors a log has.
    public static let count = 64
    /// How many bytes a cursor's name has.
    public static let nameBytes = 64

    /// Refuses a cursor that would be one too many, or whose name is too long.
    ///
    /// - Throws: `limit`.
    public static func check(_ name: String, isNew: Bool, count: Int) throws(RealtimeError) {
        guard (1...Self.nameBytes).contains(name.utf8.count) else {
            throw RealtimeError(.limit, "a cursor's name has 1 to \(Self.nameBytes) bytes")
        }
        guard !isNew || count < Self.count else {
            throw RealtimeError(.limit, "the event log has \(Self.count) cursors already")
        }
    }
}
