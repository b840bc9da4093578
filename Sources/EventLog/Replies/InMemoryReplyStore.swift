public import Realtime
import Synchronization

/// A store of replies that forgets everything with the process.
public final class InMemoryReplyStore: ReplyStore {
    private struct State: Sendable {
        var replies: [KeptReply] = []
        var bytes = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let maximumBytes: Int
    private let now: @Sendable () -> Int64

    /// Creates an empty store.
    ///
    /// - Parameters:
    ///   - maximumBytes: The most bytes of replies that it holds; beyond, `busy`.
    ///   - now: The time of day, in Unix milliseconds.
    public init(maximumBytes: Int = 64 << 20, now: @escaping @Sendable () -> Int64) {
        self.maximumBytes = maximumBytes
        self.now = now
    }

    /// Keeps replies, before it returns.
    public func keep(
        _ collect: @escaping @Sendable () -> [KeptReply],
        completion: @escaping @Sendable (Result<Void, RealtimeError>) -> Void
    ) {
        let replies = collect()
        let added = replies.reduce(0) { $0 + Self.bytes($1) }
        let result = self.state.withLock { state -> Result<Void, RealtimeError> in
            guard !state.isClosed else { return .failure(.replyStoreClosed) }
            if state.bytes + added > self.maximumBytes { Self.drop(&state, now: self.now()) }
            guard state.bytes + added <= self.maximumBytes else { return .failure(.tooManyReplies) }
            state.replies += replies
            state.bytes += added
            return .success(())
        }
        completion(result)
    }

    /// Reads what was kept and has not expired.
    public func load(now: Int64) async throws(RealtimeError) -> [KeptReply] {
        try self.state.withLock { state throws(RealtimeError) in
            guard !state.isClosed else { throw .replyStoreClosed }
            return state.replies.filter { $0.expires > now }
        }
    }

    /// Ends.
    public func close() async {
        self.state.withLock { $0.isClosed = true }
    }

    /// Forgets what has expired.
    private static func drop(_ state: inout State, now: Int64) {
        state.replies.removeAll { $0.expires <= now }
        state.bytes = state.replies.reduce(0) { $0 + Self.bytes($1) }
    }

    /// About what one takes in memory.
    private static func bytes(_ reply: KeptReply) -> Int { reply.reply.count + 96 }
}
