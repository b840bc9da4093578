/// What may wait in a bus to be published: the first of the two that is reached refuses further messages.
public struct BusLimits: Sendable, Hashable {
    /// The number of messages that are queued or not yet acknowledged.
    public var messages: Int
    /// The bytes of their topics and payloads.
    public var bytes: Int

    /// Creates limits; 100,000 messages and 64 MiB unless told otherwise.
    public init(messages: Int = 100_000, bytes: Int = 64 << 20) {
        self.messages = messages
        self.bytes = bytes
    }
}
