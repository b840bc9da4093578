import DequeModule
package import EventLog

/// The requests of the last ten minutes: which are under way, and what the others were answered.
///
/// A request is `submit`ted, then either `settle`d, its reply made durable and `kept`, or forgotten with `forget`. Times
/// are Unix milliseconds. An answered request is never forgotten early: where the window is full, new ones are refused.
///
/// The `Waiter` is whoever is told the reply.
package struct OnceWindow<Waiter> {
    /// How much it holds.
    package struct Limits: Sendable, Hashable {
        /// The most requests.
        package var count: Int
        /// The most bytes of replies, each with ``OnceWindow/entryBytes`` for what is kept beside it.
        package var bytes: Int
        /// The longest reply, in bytes: what a request under way reserves.
        package var maximumReply: Int
        /// How many wait for one request under way.
        package var waiters: Int

        /// Creates limits; one user has an eighth of the count and of the bytes, and at least one request.
        package init(count: Int, bytes: Int, maximumReply: Int, waiters: Int = 64) {
            self.count = count
            self.bytes = bytes
            self.maximumReply = maximumReply
            self.waiters = waiters
        }
    }

    /// What is to be done with a request.
    package enum Submission: Equatable {
        /// It is new: run the callback.
        case run
        /// The same is under way: the waiter will be told its reply.
        case joined
        /// The same is under way and late: nobody knows when its reply comes, or whether.
        case late
        /// It was answered.
        case answered([UInt8])
        /// The same request has another payload.
        case reused
        /// Nothing can be remembered of it now; it was not run and can be sent again.
        case full
    }

    /// What is held.
    package struct Usage: Hashable, Sendable {
        /// How many requests.
        package var count = 0
        /// How many bytes, reserved ones too.
        package var bytes = 0
    }

    struct Running {
        let digest: RequestDigest
        let owner: UInt64
        var waiters: [Waiter]
        /// Its waiters were told that it takes too long.
        var isLate = false
        /// What is being made durable, and when it expires by the window's clock.
        var settled: (reply: KeptReply, expires: Int64)?
        /// What it takes of the limit of bytes.
        var bytes: Int
    }

    struct Answered {
        let digest: RequestDigest
        let owner: UInt64
        let reply: [UInt8]
    }

    struct Expiry {
        let key: RequestKey
        let time: Int64
    }

    /// How long an answer is remembered, in milliseconds.
    package static var lifetime: Int64 { 10 * 60 * 1000 }
    /// What is counted for a request beside its reply: the tables' and the allocation's own bytes, roughly.
    package static var entryBytes: Int { 160 }
    /// How many expired requests one submission forgets: more than the one that it adds.
    private static var expiredPerSubmission: Int { 4 }

    package let limits: Limits
    private let share: Usage
    /// All that is held.
    package internal(set) var usage = Usage()
    var owners: [UInt64: Usage] = [:]
    var running: [RequestKey: Running] = [:]
    var answered: [RequestKey: Answered] = [:]
    /// The answered requests in the order in which they expire.
    var expiries: Deque<Expiry> = []
    /// A clock that is set back must not keep what is behind from expiring.
    var clock = LogClock(wall: 0)

    /// Creates an empty window.
    package init(_ limits: Limits) {
        self.limits = limits
        self.share = Usage(
            count: max(1, limits.count / 8),
            bytes: max(Self.entryBytes + limits.maximumReply, limits.bytes / 8)
        )
    }

    /// Takes a request, and its waiter where the answer is `run` or `joined`.
    package mutating func submit(
        _ key: RequestKey,
        digest: RequestDigest,
        owner: UInt64,
        waiter: Waiter,
        now: Int64
    ) -> Submission {
        _ = self.expire(now: now, most: Self.expiredPerSubmission)
        if let answered = self.answered[key] {
            return answered.digest == digest ? .answered(answered.reply) : .reused
        }
        if let index = self.running.index(forKey: key) {
            guard self.running.values[index].digest == digest else { return .reused }
            guard !self.running.values[index].isLate || self.running.values[index].settled != nil else { return .late }
            guard self.running.values[index].waiters.count < self.limits.waiters else { return .full }
            self.running.values[index].waiters.append(waiter)
            return .joined
        }
        let bytes = Self.entryBytes + self.limits.maximumReply
        let owned = self.owners[owner] ?? Usage()
        guard self.usage.count < self.limits.count, self.usage.bytes + bytes <= self.limits.bytes,
            owned.count < self.share.count, owned.bytes + bytes <= self.share.bytes
        else { return .full }
        self.running[key] = Running(digest: digest, owner: owner, waiters: [waiter], bytes: bytes)
        self.count(1, bytes: bytes, of: owner)
        return .run
    }

    /// Lets the waiters of a request go that is late; it stays under way, but nobody else waits for it.
    package mutating func release(_ key: RequestKey) -> [Waiter] {
        guard let index = self.running.index(forKey: key) else { return [] }
        self.running.values[index].isLate = true
        defer { self.running.values[index].waiters = [] }
        return self.running.values[index].waiters
    }

    /// Takes the reply of a request under way, which is now to be made durable.
    ///
    /// A reply beyond the limit is counted with all its bytes. Nothing else is forgotten for it.
    ///
    /// - Returns: What is to be kept; `nil` where no such request is under way, or it has its reply already.
    package mutating func settle(_ key: RequestKey, reply: [UInt8], now: Int64) -> KeptReply? {
        guard let index = self.running.index(forKey: key), self.running.values[index].settled == nil else { return nil }
        let request = self.running.values[index]
        let kept = KeptReply(
            key: key,
            digest: request.digest,
            owner: request.owner,
            expires: now &+ Self.lifetime,
            reply: reply
        )
        let bytes = Self.entryBytes + reply.count
        self.running.values[index].settled = (kept, self.clock.advance(to: now) &+ Self.lifetime)
        self.running.values[index].bytes = bytes
        self.count(0, bytes: bytes - request.bytes, of: request.owner)
        return kept
    }

    /// Answers a settled request from now on.
    ///
    /// - Returns: Who is to be told the reply; empty where no such request was settled.
    package mutating func kept(_ key: RequestKey) -> [Waiter] {
        guard let index = self.running.index(forKey: key), let settled = self.running.values[index].settled else {
            return []
        }
        let waiters = self.running.remove(at: index).value.waiters
        self.remember(settled.reply, expires: settled.expires)
        return waiters
    }

    /// Forgets a request under way that was not answered: it may be run again.
    ///
    /// - Returns: Who is to be told that.
    package mutating func forget(_ key: RequestKey) -> [Waiter] {
        guard let request = self.running.removeValue(forKey: key) else { return [] }
        self.count(-1, bytes: -request.bytes, of: request.owner)
        return request.waiters
    }

    func remembers(_ key: RequestKey) -> Bool { self.answered[key] != nil || self.running[key] != nil }

    mutating func remember(_ kept: KeptReply, expires: Int64) {
        self.answered[kept.key] = Answered(digest: kept.digest, owner: kept.owner, reply: kept.reply)
        // Replies are not kept in exactly the order of their settling: one waits for those before it.
        let time = max(expires, self.expiries.last?.time ?? .min)
        self.expiries.append(Expiry(key: kept.key, time: time))
    }

    mutating func count(_ count: Int, bytes: Int, of owner: UInt64) {
        self.usage.count += count
        self.usage.bytes += bytes
        var owned = self.owners[owner] ?? Usage()
        owned.count += count
        owned.bytes += bytes
        self.owners[owner] = owned.count == 0 ? nil : owned
    }
}
