public import NIOCore
public import Realtime

/// What the edge asks of the rest of the bridge.
///
/// The edge has checked every right before it calls. Methods are called on event loops and must not block.
public protocol EdgeDelegate: Sendable {
    /// Verifies a token.
    ///
    /// - Throws: `grant_invalid`, `grant_expired` or `grant_revoked`.
    func authenticate(token: ByteBuffer) throws(RealtimeError) -> Grant

    /// Makes events of what clients published to `in` topics in one turn of an event loop.
    ///
    /// The `completion` is called from any thread, as often as it takes to answer each message once.
    func ingest(_ messages: [IngestedMessage], completion: @escaping @Sendable ([IngestResult]) -> Void)

    /// Reads what a subscription, or a client that asks for its history, has not seen.
    ///
    /// The `completion` is called once, from any thread, possibly before this method returns, with a page whose head and
    /// events were read at one moment, or with `busy` or `log_unavailable`. From ``Realtime/Cursor/Start/latest`` the
    /// page has the last event only where the channel's area retains it for newcomers (`retain: last`).
    func read(
        _ channel: ChannelHash,
        from start: Cursor.Start,
        limit: ReplayLimit,
        completion: @escaping @Sendable (Result<ReplayPage, RealtimeError>) -> Void
    )

    /// Hands an upstream message to its component; the answer goes to `sender`.
    func upstream(_ message: UpstreamMessage, from sender: ReplyTarget)

    /// Executes a service's `notify` request; the answer goes to `sender`.
    ///
    /// The service may reach the components named only.
    func notify(
        account: String,
        request: String,
        body: [UInt8],
        components: Set<ComponentName>,
        from sender: ReplyTarget
    )
}

/// A message that a client published to a channel's `in` topic.
public struct IngestedMessage: Sendable {
    /// The channel that the message becomes an event of.
    public let channel: ChannelHash
    /// The message's payload, as the client sent it.
    public let payload: [UInt8]
    /// Which channel that is, as far as the publisher's grant says so; not checked against the hash.
    public let name: Realtime.Channel?
    /// The publisher's user.
    public let user: String
    /// The application's session of the publisher's grant.
    public let session: String
    /// The publisher's MQTT client id.
    public let client: String
    /// The publisher's idempotency key, if it gave one.
    public let key: String?

    /// Creates a message.
    public init(
        channel: ChannelHash,
        payload: [UInt8],
        name: Realtime.Channel?,
        user: String,
        session: String,
        client: String,
        key: String?
    ) {
        self.channel = channel
        self.payload = payload
        self.name = name
        self.user = user
        self.session = session
        self.client = client
        self.key = key
    }
}

extension IngestedMessage {
    init(channel: ChannelHash, payload: [UInt8], key: String?, from session: Session) {
        self.init(
            channel: channel,
            payload: payload,
            name: session.rights.name(of: channel),
            user: session.user,
            session: session.rights.session,
            client: session.clientID,
            key: key
        )
    }
}

/// What became of one of the messages of a call of ``EdgeDelegate/ingest(_:completion:)``.
public struct IngestResult: Sendable {
    /// The message's index in that call.
    public let index: Int
    /// Whether it was committed.
    public let result: Result<Void, RealtimeError>

    /// Creates a result.
    public init(index: Int, result: Result<Void, RealtimeError>) {
        self.index = index
        self.result = result
    }
}

/// A message that a client sent to a component.
public struct UpstreamMessage: Sendable {
    /// The user of the sender's grant.
    public let user: String
    /// The application's session of the sender's grant.
    public let session: String
    /// The sender's MQTT client id.
    public let client: String
    /// The component that the message is for.
    public let component: ComponentName
    /// The client's own, unique id for the request.
    public let request: String
    /// The payload, as the client sent it.
    public let payload: [UInt8]

    /// Creates an upstream message.
    public init(
        user: String,
        session: String,
        client: String,
        component: ComponentName,
        request: String,
        payload: [UInt8]
    ) {
        self.user = user
        self.session = session
        self.client = client
        self.component = component
        self.request = request
        self.payload = payload
    }
}
