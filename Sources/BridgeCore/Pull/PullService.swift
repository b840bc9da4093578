public import Edge
public import EventLog
public import NIOCore
public import Realtime

/// Serves clients that read the log over HTTP, by the same rights and positions as subscriptions of the edge.
public struct PullService: Sendable {
    let log: any EventLog
    /// The time of day, in Unix milliseconds.
    public let now: @Sendable () -> Int64
    private let verifier: GrantVerifier
    private let waiters: EventWaiters
    private let slots: PullSlots

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - verifier: Who says what a token is worth.
    ///   - log: What is read.
    ///   - waiters: The notifier's sink that wakes.
    ///   - maximum: How many polls and streams there may be together with other connections.
    ///   - connections: How many other connections there are.
    ///   - now: The time of day, in Unix milliseconds.
    public init(
        verifier: GrantVerifier,
        log: any EventLog,
        waiters: EventWaiters,
        maximum: Int,
        connections: @escaping @Sendable () -> Int,
        now: @escaping @Sendable () -> Int64
    ) {
        self.verifier = verifier
        self.log = log
        self.waiters = waiters
        self.slots = PullSlots(maximum: maximum, connections: connections)
        self.now = now
    }

    /// How many polls and streams there are.
    public var count: Int { self.slots.count }

    /// Verifies a token.
    ///
    /// - Throws: `grant_invalid` or `grant_expired`.
    public func authenticate(token: ByteBuffer) throws(RealtimeError) -> Grant {
        try self.verifier.verify(token)
    }

    /// Begins to read channels for a grant's holder; nothing is committed unnoticed from here on.
    ///
    /// - Throws: `limit` where there are too many already.
    public func begin(_ requests: [HistoryRequest], by grant: Grant) throws(RealtimeError) -> PullSession {
        let rights = HeldRights(grant)
        let seconds = self.now() / 1000
        let parts = requests.map { request -> Result<ChannelPull, PullRefusal> in
            let decision = rights.decide(.subscribe(.channel(request.channel), clientID: "-"), at: seconds)
            if let error = decision.error { return .failure(PullRefusal(channel: request.channel, error: error)) }
            return .success(
                ChannelPull(request.channel, since: request.since, granted: rights.position(of: request.channel)))
        }
        let ticket = try PullTicket(
            owner: PullSlots.Owner(user: grant.user, session: grant.session),
            channels: Array(Set(parts.compactMap { try? $0.get().channel })),
            waiters: self.waiters,
            slots: self.slots
        )
        return PullSession(parts: parts, expiresAt: grant.expiresAt, ticket: ticket, service: self)
    }
}

/// A channel that may not be read, and why.
struct PullRefusal: Error {
    let channel: ChannelHash
    let error: RealtimeError
}
