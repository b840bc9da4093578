/// The reply to a request, for whoever sends the same request again.
public struct KeptReply: Sendable, Hashable {
    /// Which request it answers.
    public let key: RequestKey
    /// What the request's payload is recognized by.
    public let digest: RequestDigest
    /// Whose share of the window it takes; see ``RequestKey/owner(user:)``.
    public let owner: UInt64
    /// When it may be forgotten, in Unix milliseconds.
    public let expires: Int64
    /// The reply itself, as it is sent.
    public let reply: [UInt8]

    /// Creates a reply to keep.
    public init(key: RequestKey, digest: RequestDigest, owner: UInt64, expires: Int64, reply: [UInt8]) {
        self.key = key
        self.digest = digest
        self.owner = owner
        self.expires = expires
        self.reply = reply
    }
}
