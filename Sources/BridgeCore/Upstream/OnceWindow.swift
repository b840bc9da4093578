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

    struct Entry {
        let digest: RequestDigest
        let owner: UInt64
        var state: State
    }

    enum State {
        /// Its place in ``OnceWindow/underWay``.
        case underWay(Int)
        case answered([UInt8])
    }

    struct UnderWay {
        var waiters: [Waiter]
        /// Its waiters were told that it takes too long.
        var isLate = false
        /// What is being made durable, and when it expires by the window's clock.
        var settled: (reply: [UInt8], expires: Int64)?
        /// What it takes of the limit of bytes.
        var bytes: Int
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
    /// All requests: in one table, since looking into a large one is what a request costs here.
    var entries: [RequestKey: Entry] = [:]
    private var underWay: [UnderWay?] = []
    private var freePlaces: [Int] = []
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
        if let entry = self.entries[key] {
            guard entry.digest == digest else { return .reused }
            switch entry.state {
            case .answered(let reply): return .answered(reply)
            case .underWay(let place): return self.join(place, waiter)
            }
        }
        let bytes = Self.entryBytes + self.limits.maximumReply
        guard self.usage.count < self.limits.count, self.usage.bytes + bytes <= self.limits.bytes,
            self.owners[owner, default: Usage()].take(bytes, within: self.share)
        else { return .full }
        self.usage.count += 1
        self.usage.bytes += bytes
        let place = self.place(UnderWay(waiters: [waiter], bytes: bytes))
        self.entries[key] = Entry(digest: digest, owner: owner, state: .underWay(place))
        return .run
    }

    private mutating func join(_ place: Int, _ waiter: Waiter) -> Submission {
        guard let request = self.underWay[place], !request.isLate || request.settled != nil else { return .late }
        guard request.waiters.count < self.limits.waiters else { return .full }
        self.underWay[place]?.waiters.append(waiter)
        return .joined
    }

    private mutating func place(_ request: UnderWay) -> Int {
        guard let place = self.freePlaces.popLast() else {
            self.underWay.append(request)
            return self.underWay.count - 1
        }
        self.underWay[place] = request
        return place
    }

    private mutating func remove(_ place: Int) -> UnderWay? {
        self.freePlaces.append(place)
        return self.underWay[place].take()
    }

    /// Lets the waiters of a request go that is late; it stays under way, but nobody else waits for it.
    package mutating func release(_ key: RequestKey) -> [Waiter] {
        guard case .underWay(let place)? = self.entries[key]?.state else { return [] }
        self.underWay[place]?.isLate = true
        defer { self.underWay[place]?.waiters = [] }
        return self.underWay[place]?.waiters ?? []
    }

    /// Takes the reply of a request under way, which is now to be made durable.
    ///
    /// A reply beyond the limit is counted with all its bytes. Nothing else is forgotten for it.
    ///
    /// The `wall` clock is the one that another life of the process goes by: when what is stored expires.
    ///
    /// - Returns: What is to be kept; `nil` where no such request is under way, or it has its reply already.
    package mutating func settle(_ key: RequestKey, reply: [UInt8], now: Int64, wall: Int64) -> KeptReply? {
        guard let entry = self.entries[key], case .underWay(let place) = entry.state,
            let reserved = self.underWay[place]?.bytes, self.underWay[place]?.settled == nil
        else { return nil }
        let bytes = Self.entryBytes + reply.count
        self.underWay[place]?.settled = (reply, self.clock.advance(to: now) &+ Self.lifetime)
        self.underWay[place]?.bytes = bytes
        self.count(0, bytes: bytes - reserved, of: entry.owner)
        return KeptReply(
            key: key,
            digest: entry.digest,
            owner: entry.owner,
            expires: wall &+ Self.lifetime,
            reply: reply
        )
    }

    /// Answers a settled request from now on.
    ///
    /// - Returns: Who is to be told the reply; empty where no such request was settled.
    package mutating func kept(_ key: RequestKey) -> [Waiter] {
        guard let index = self.entries.index(forKey: key),
            case .underWay(let place) = self.entries.values[index].state,
            let settled = self.underWay[place]?.settled
        else { return [] }
        self.entries.values[index].state = .answered(settled.reply)
        self.expireLater(key, at: settled.expires)
        return self.remove(place)?.waiters ?? []
    }

    /// Forgets a request under way that was not answered: it may be run again.
    ///
    /// - Returns: Who is to be told that.
    package mutating func forget(_ key: RequestKey) -> [Waiter] {
        guard let entry = self.entries[key], case .underWay(let place) = entry.state else { return [] }
        self.entries[key] = nil
        guard let request = self.remove(place) else { return [] }
        self.count(-1, bytes: -request.bytes, of: entry.owner)
        return request.waiters
    }

    mutating func expireLater(_ key: RequestKey, at expires: Int64) {
        // Replies are not kept in exactly the order of their settling: one waits for those before it.
        let time = max(expires, self.expiries.last?.time ?? .min)
        self.expiries.append(Expiry(key: key, time: time))
    }

    mutating func count(_ count: Int, bytes: Int, of owner: UInt64) {
        self.usage.count += count
        self.usage.bytes += bytes
        guard let index = self.owners.index(forKey: owner) else {
            self.owners[owner] = Usage(count: count, bytes: bytes)
            return
        }
        self.owners.values[index].count += count
        self.owners.values[index].bytes += bytes
        if self.owners.values[index].count == 0 { self.owners.remove(at: index) }
    }
}

extension OnceWindow.Usage {
    /// Counts one more request, where there is room; there is for a first one.
    fileprivate mutating func take(_ bytes: Int, within share: Self) -> Bool {
        guard self.count < share.count, self.bytes + bytes <= share.bytes else { return false }
        self.count += 1
        self.bytes += bytes
        return true
    }
}
