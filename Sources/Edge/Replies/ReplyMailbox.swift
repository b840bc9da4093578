import NIOCore
import Synchronization

/// Replies whose connection was gone when they came, kept until their session subscribes to them or they expire.
///
/// What does not fit is dropped: whoever asks again with the same request id gets the same reply.
final class ReplyMailbox: Sendable {
    /// A reply and where it goes.
    struct Letter: Sendable {
        let address: ReplyAddress
        let body: [UInt8]
    }

    /// What is kept at most.
    struct Limits: Sendable {
        /// Replies of one session; the oldest gives way.
        var session = 64
        /// Bytes of all replies; one that would exceed them is dropped.
        var bytes = 16 * 1024 * 1024
        /// One user may have one of so many parts of the bytes.
        var parts = 8
        /// How long a reply is kept.
        var time = TimeAmount.minutes(10)
    }

    fileprivate struct Entry: Sendable {
        let letter: Letter
        let expires: NIODeadline
    }

    fileprivate struct State: Sendable {
        /// In the order of coming, which is the order of expiring.
        var sessions: [SessionKey: CircularBuffer<Entry>] = [:]
        var bytes = 0
        /// Of each user.
        var shares: [UInt64: Int] = [:]
        var sweptAt = NIODeadline.uptimeNanoseconds(0)
    }

    private let limits: Limits
    private let metrics: EdgeMetrics
    private let state = Mutex(State())

    init(limits: Limits = Limits(), metrics: EdgeMetrics) {
        self.limits = limits
        self.metrics = metrics
    }

    /// Keeps a reply.
    func keep(_ letter: Letter, for session: SessionKey, at now: NIODeadline) {
        let size = Self.size(of: letter)
        let isKept = self.state.withLock { state in
            if now - state.sweptAt >= Self.sweepInterval { state.sweep(at: now) }
            guard state.bytes + size <= self.limits.bytes,
                state.shares[session.user, default: 0] + size <= self.limits.bytes / self.limits.parts
            else { return false }
            var entries = state.sessions[session] ?? CircularBuffer()
            if entries.count >= self.limits.session, let oldest = entries.popFirst() {
                state.count(-Self.size(of: oldest.letter), of: session)
                self.metrics.replyDropped()
            }
            entries.append(Entry(letter: letter, expires: now + self.limits.time))
            state.sessions[session] = entries
            state.count(size, of: session)
            return true
        }
        if !isKept { self.metrics.replyDropped() }
    }

    /// What has expired is looked for this often, and only when something comes.
    private static let sweepInterval = TimeAmount.seconds(10)

    /// Takes the replies of a session that it has subscribed to, in the order in which they came.
    func collect(for session: SessionKey, at now: NIODeadline, where isWanted: (ReplyAddress) -> Bool) -> [Letter] {
        self.state.withLock { state in
            guard let entries = state.sessions[session] else { return [] }
            var collected: [Letter] = []
            var rest = CircularBuffer<Entry>()
            for entry in entries {
                if entry.expires > now, !isWanted(entry.letter.address) {
                    rest.append(entry)
                    continue
                }
                state.count(-Self.size(of: entry.letter), of: session)
                if entry.expires > now { collected.append(entry.letter) }
            }
            state.sessions[session] = rest.isEmpty ? nil : rest
            return collected
        }
    }

    /// With what the tables need for it, in bytes.
    fileprivate static func size(of letter: Letter) -> Int {
        letter.body.count + (letter.address.correlation?.readableBytes ?? 0) + 256
    }
}

extension ReplyMailbox.State {
    fileprivate mutating func count(_ bytes: Int, of session: SessionKey) {
        self.bytes += bytes
        let share = self.shares[session.user, default: 0] + bytes
        self.shares[session.user] = share == 0 ? nil : share
    }

    fileprivate mutating func sweep(at now: NIODeadline) {
        self.sweptAt = now
        for (session, entries) in self.sessions {
            let expired = entries.prefix { $0.expires <= now }
            guard !expired.isEmpty else { continue }
            self.count(-expired.reduce(0) { $0 + ReplyMailbox.size(of: $1.letter) }, of: session)
            let rest = CircularBuffer(entries.dropFirst(expired.count))
            self.sessions[session] = rest.isEmpty ? nil : rest
        }
    }
}
