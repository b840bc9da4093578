public import Realtime

/// Keeps the replies to requests, so that a request that is sent again after a restart is not handled again.
///
/// Completions are called once, from any thread, possibly before the method returns; they must not block.
public protocol ReplyStore: Sendable {
    /// Keeps replies, which are asked for when their commit begins.
    ///
    /// Returns at once; what comes while other replies are being committed waits for that, and is committed together.
    ///
    /// - Parameters:
    ///   - collect: Gives the replies, which are kept together or not at all. Called once at most, and before the
    ///     completion: so each commit has all that had come until it began.
    ///   - completion: Called when they are kept, or with `busy` where too much waits, or `log_unavailable`.
    func keep(
        _ collect: @escaping @Sendable () -> [KeptReply],
        completion: @escaping @Sendable (Result<Void, RealtimeError>) -> Void
    )

    /// Reads all that was kept and has not expired, in the order in which it was kept; cancellation does not shorten it.
    ///
    /// - Parameter now: The time of day, in Unix milliseconds.
    /// - Returns: The replies.
    /// - Throws: `log_unavailable`, or `busy` where too many wait for the same.
    func load(now: Int64) async throws(RealtimeError) -> [KeptReply]

    /// Keeps what waits, and ends; what comes later gets `log_unavailable`. Cancellation does not shorten it.
    func close() async
}

extension ReplyStore {
    /// Keeps replies, and waits for the commit; cancellation does not take it back.
    ///
    /// - Throws: `busy` or `log_unavailable`.
    public func keep(_ replies: [KeptReply]) async throws(RealtimeError) {
        let result = await withCheckedContinuation { continuation in
            self.keep({ replies }, completion: { continuation.resume(returning: $0) })
        }
        try result.get()
    }
}

extension RealtimeError {
    /// More is waiting to be kept than the store of replies holds.
    public static let tooManyReplies = RealtimeError(.busy, "too many replies wait to be kept")
    /// The store of replies is closed.
    public static let replyStoreClosed = RealtimeError(.logUnavailable, "the store of replies is closed")
}
