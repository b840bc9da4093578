/// The claims of a token: what one session of one user may do, and until when.
public struct Grant: Hashable, Sendable {
    /// The most channels that one token may name.
    public static let maximumChannels = 120
    /// The most bytes of a token, so that it fits a header line.
    public static let maximumTokenBytes = 7_680
    /// The longest life of a token, in seconds.
    public static let maximumLifetime: Int64 = 86_400
    /// The audience that every token names.
    public static let audience = "realtime-bridge"
    /// The most bytes of a session or a grant's id.
    public static let maximumIdentifierBytes = 128

    /// A right on one channel.
    public struct ChannelRight: Hashable, Sendable {
        /// The channel.
        public let hash: ChannelHash
        /// What may be done with it.
        public let rights: Rights
        /// The last event that the application has shown already, in the grant's epoch; nil: deliver from now.
        public let sequence: UInt64?

        /// Makes a right.
        public init(hash: ChannelHash, rights: Rights, sequence: UInt64? = nil) {
            self.hash = hash
            self.rights = rights
            self.sequence = sequence
        }
    }

    /// The site (`iss`).
    public let site: String
    /// The user (`sub`): 1 to 64 bytes of `[A-Za-z0-9_-]`.
    public let user: String
    /// The application's session (`sid`).
    public let session: String
    /// The grant's own id (`jti`), by which it can be revoked.
    public let id: String
    /// When it was made (`iat`), in Unix seconds.
    public let issuedAt: Int64
    /// When it ends (`exp`), in Unix seconds; at that second it is no longer valid.
    public let expiresAt: Int64
    /// What kind of program holds it (`role`).
    public let role: Role
    /// The components that the user may send to, or that a service works for (`cmp`).
    public let components: [ComponentName]
    /// The rights on channels (`ch`).
    public let channels: [ChannelRight]
    /// The epoch that the channels' sequence numbers belong to (`ep`).
    public let epoch: Epoch?
    /// Which channels hashes stand for, where the token says so: what is published there can be shown to the component.
    public let names: [ChannelHash: Channel]

    /// Makes a grant of its claims; `KeyRing` checks them when it signs.
    public init(
        site: String,
        user: String,
        session: String,
        id: String,
        issuedAt: Int64,
        expiresAt: Int64,
        role: Role = .client,
        components: [ComponentName] = [],
        channels: [ChannelRight] = [],
        epoch: Epoch? = nil,
        names: [ChannelHash: Channel] = [:]
    ) {
        self.site = site
        self.user = user
        self.session = session
        self.id = id
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.role = role
        self.components = components
        self.channels = channels
        self.epoch = epoch
        self.names = names
    }
}
