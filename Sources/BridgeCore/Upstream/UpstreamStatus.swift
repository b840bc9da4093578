/// What is remembered of upstream messages, for readiness and metrics.
public struct UpstreamStatus: Sendable, Hashable {
    /// Requests that are under way or remembered; `limits.replies` is the most.
    public let requests: Int
    /// Bytes that they take of `limits.reply_bytes`, those reserved for what is under way included.
    public let bytes: Int
    /// The last replies that were to be stored were.
    public let isStoring: Bool
}
