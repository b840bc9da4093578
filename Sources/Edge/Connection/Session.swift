import MQTTCodec
import Realtime

/// What a connection holds once its CONNECT has been accepted; it ends with the connection.
///
/// A class, since every packet looks at it: a reference is cheaper to hold on to than its dozen members.
final class Session {
    let version: MQTTVersion
    let clientID: String
    /// The topic of a reply names the client by this: its id, or `-` where the id is no topic level.
    var replyAlias: String?
    var rights: HeldRights
    /// Where this connection stands among the subscribers of each of its channels.
    var subscriptions: [(channel: ChannelHash, place: Int)] = []
    /// The requests whose replies are subscribed to, or ``everyRequest``.
    var replyRequests: Set<String> = []
    /// The service's `reply/{account}/#` is subscribed to.
    var receivesNotifyReplies = false
    var rateLimit: RateLimit
    var refusals = 0
    /// QoS 2 publishes of a 3.1.1 client whose PUBREL has not come ([MQTT-4.3.3-2]).
    var unreleased: Set<UInt16> = []
    /// From CONNECT, in seconds; 0 for none.
    let keepAlive: UInt16
    /// MQTT 5 clients may ask for no reason strings.
    let wantsProblemInformation: Bool
    /// The largest packet that the client takes, in bytes (MQTT 5, 3.1.2.11.4).
    let maximumPacketSize: Int
    /// What is published when the connection ends without a DISCONNECT.
    var will: Will?
    /// QoS 1 and 2 publishes that are not acknowledged yet.
    var unacknowledged = 0

    var user: String { self.rights.user }

    /// What makes another connection the same session.
    var key: SessionKey {
        SessionKey(user: self.user, session: self.rights.session, clientID: self.clientID)
    }

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
        self.rights = rights
        self.rateLimit = rateLimit
        self.keepAlive = keepAlive
        self.wantsProblemInformation = wantsProblemInformation
        self.maximumPacketSize = maximumPacketSize
        self.will = will
    }

    /// Stands in ``replyRequests`` for the filter that names all; no request is written so.
    static let everyRequest = "#"
}
