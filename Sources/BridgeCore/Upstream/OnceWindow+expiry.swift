package import EventLog

extension OnceWindow {
    /// Forgets all that is older than ten minutes.
    package mutating func expire(now: Int64) {
        self.expire(now: now, most: .max)
    }

    /// Takes what an earlier life has kept; what has expired or is remembered already is passed over.
    ///
    /// It is taken even beyond the limits, which may have been lowered since. An expiry further off than ten minutes comes
    /// of a clock that was set back, and counts as ten minutes.
    package mutating func restore(_ replies: [KeptReply], now: Int64) {
        let time = self.clock.advance(to: now)
        for reply in replies.sorted(by: { $0.expires < $1.expires })
        where reply.expires > now && !self.remembers(reply.key) {
            self.count(1, bytes: Self.entryBytes + reply.reply.count, of: reply.owner)
            let rest = min(reply.expires, now &+ Self.lifetime) &- now
            self.remember(reply, expires: time &+ rest)
        }
    }

    mutating func expire(now: Int64, most: Int) {
        let time = self.clock.advance(to: now)
        var steps = 0
        while steps < most, let expiry = self.expiries.first, expiry.time <= time {
            self.expiries.removeFirst()
            steps += 1
            guard let answered = self.answered.removeValue(forKey: expiry.key) else { continue }
            self.count(-1, bytes: -(Self.entryBytes + answered.reply.count), of: answered.owner)
        }
    }
}
