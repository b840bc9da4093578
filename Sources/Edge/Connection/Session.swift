import MQTTCodec
import Realtime

/// What a connection holds once its CONNECT has been accepted; it ends with the connection.
///
/// A class, since every packet looks at it: a reference is cheaper to hold on to than its dozen members.
final class Session {
    let version: MQTTVersion
    let clientID: String
    var rights: HeldRights
    /// The channels that are subscribed to.
    var subscriptions: [ChannelSubscription] = []
    /// The replies that are subscribed to.
    var replyFilters: [ReplyFilter] = []
    /// The components whose jobs are subscribed to.
    var works: [ComponentName] = []
    /// The service's `reply/{account}/#` is subscribed to.
    var receivesNotifyReplies = false
    var rateLimit: RateLimit
    var refusals = 0
    var refusedFilters = 0
    /// QoS 2 publishes of a 3.1.1 client whose PUBREL has not come ([MQTT-4.3.3-2]).
    var unreleased: Set<UInt16> = []
    /// Those of them that are not committed yet; they have no PUBREC.
    var uncommitted: Set<UInt16> = []
    /// From CONNECT, in seconds; 0 for none.
    let keepAlive: UInt16
    /// MQTT 5 clients may ask for no reason strings.
    let wantsProblemInformation: Bool
    /// The largest packet that the client takes, in bytes (MQTT 5, 3.1.2.11.4).
    let maximumPacketSize: Int
    /// What is published when the connection ends without a DISCONNECT.
    var will: Will?
    /// Publishes that are not committed yet.
    var unacknowledged = 0

    var user: String { self.rights.user }

    /// What makes another connection the same session.
    let key: SessionKey

    init(
        version: MQTTVersion,
        clientID: String,
        rights: HeldRights,
        rateLimit: RateLimit,
        keepAlive: UInt16,
        wantsProblemInformation: Bool,
        maximumPacketSize: Int,
        will: Will?
    ) {
        self.version = version
        self.clientID = clientID
        self.key = SessionKey(user: rights.user, session: rights.session, clientID: clientID)
        self.rights = rights
        self.rateLimit = rateLimit
        self.keepAlive = keepAlive
        self.wantsProblemInformation = wantsProblemInformation
        self.maximumPacketSize = maximumPacketSize
        self.will = will
    }
}

/// A subscription to replies: of one request, or of all.
struct ReplyFilter: Equatable {
    /// How a reply's topic names the client: its id, or `-`.
    let client: String
    /// `nil` for every request.
    let request: String?

    /// Whether a reply with this address is subscribed to.
    func matches(_ address: ReplyAddress) -> Bool {
        (self.request ?? address.request) == address.request && (address.client ?? self.client) == self.client
    }
}
