public import Realtime

/// What a client or device published to a channel's `in`, as the component's callback gets it.
public struct IngestRequest: Sendable {
    /// The bridge's id of the message, the same in every attempt: see ``MessageID``.
    public let id: String
    /// When the bridge took it, in Unix milliseconds.
    public let time: Int64
    /// The user of the sender's grant; never what a payload claims.
    public let user: String
    /// The application's session of the sender's grant.
    public let session: String
    /// The sender's MQTT client id.
    public let client: String
    /// The channel that it was published to.
    public let channel: Channel
    /// The publisher's key against doubles, where there is one.
    public let key: String?
    /// The payload: one line of valid JSON.
    public let payload: EventPayload

    /// Creates a request.
    public init(
        id: String,
        time: Int64,
        user: String,
        session: String,
        client: String,
        channel: Channel,
        key: String?,
        payload: EventPayload
    ) {
        self.id = id
        self.time = time
        self.user = user
        self.session = session
        self.client = client
        self.channel = channel
        self.key = key
        self.payload = payload
    }
}
