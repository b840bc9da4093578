package import EventLog

extension OnceWindow {
    /// Forgets all that is older than ten minutes.
    package mutating func expire(now: Int64) {
        _ = self.expire(now: now, most: .max)
    }

    /// Takes what an earlier life has kept; what has expired or is remembered already is passed over.
    ///
    /// It is taken even beyond the limits, which may have been lowered since. An expiry further off than ten minutes comes
    /// of a clock that was set back, and counts as ten minutes.
    package mutating func restore(_ replies: [KeptReply], now: Int64) {
        let time = self.clock.advance(to: now)
        for reply in replies.sorted(by: { $0.expires < $1.expires })
        where reply.expires > now && self.entries[reply.key] == nil {
            self.count(1, bytes: Self.entryBytes + reply.reply.count, of: reply.owner)
            let rest = min(reply.expires, now &+ Self.lifetime) &- now
            self.entries[reply.key] = Entry(digest: reply.digest, owner: reply.owner, state: .answered(reply.reply))
            self.expireLater(reply.key, at: time &+ rest)
        }
    }

    /// Forgets so many at most of what is older than ten minutes.
    ///
    /// - Returns: How many it looked at.
    mutating func expire(now: Int64, most: Int) -> Int {
        let time = self.clock.advance(to: now)
        var steps = 0
        while steps < most, let expiry = self.expiries.first, expiry.time <= time {
            self.expiries.removeFirst()
            steps += 1
            guard let entry = self.entries.removeValue(forKey: expiry.key), case .answered(let reply) = entry.state
            else {
                continue
            }
            self.count(-1, bytes: -(Self.entryBytes + reply.count), of: entry.owner)
        }
        return steps
    }
}
