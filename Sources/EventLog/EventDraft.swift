public import Realtime

/// An event that has no position yet.
public struct EventDraft: Sendable {
    /// The channel it goes to.
    public let channel: ChannelHash
    /// What it carries.
    public let payload: EventPayload
    /// The user that sent it through `in`; events of servers have none.
    public let by: String?
    /// What makes a repetition recognizable, if the publisher asked for it.
    public let key: IdempotencyKey?
    /// How the channel keeps events from now on; `nil`, where only its hash is known, leaves that as it is.
    public let policy: ChannelPolicy?

    /// Creates a draft.
    public init(
        channel: ChannelHash,
        payload: EventPayload,
        by: String? = nil,
        key: IdempotencyKey? = nil,
        policy: ChannelPolicy? = nil
    ) {
        self.channel = channel
        self.payload = payload
        self.by = by
        self.key = key
        self.policy = policy
    }
}
