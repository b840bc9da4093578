import EventLog
import Realtime

/// What the log has to know of a channel to append to it and to find its events.
struct ChannelState: Sendable, Hashable {
    /// In the table's flags: the policy is the channel's own.
    private static let ownPolicyFlag: UInt8 = 0x80

    /// Finds a channel's state.
    static let select =
        "SELECT sequence, number, retention_time, retention_events, flags FROM channels WHERE channel = ?"

    /// The last event's sequence number.
    private(set) var sequence: UInt64 = 0
    /// The last event's number among those of all channels.
    private(set) var number: UInt64 = 0
    private(set) var policy: ChannelPolicy
    /// A draft has said what the policy is; else it is what the log takes for the default at present.
    private(set) var isPolicyOwn = false
    /// The `channels` table has an older state.
    var isDirty = false

    /// The state of a channel that was never used.
    init(defaultPolicy: ChannelPolicy) {
        self.policy = defaultPolicy
    }

    /// Runs ``select``.
    static func load(
        _ channel: ChannelHash,
        _ statement: Statement,
        defaultPolicy: ChannelPolicy
    ) throws(SQLiteFault) -> ChannelState? {
        statement.bind(1, channel)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        var state = ChannelState(defaultPolicy: defaultPolicy)
        state.advance(sequence: statement.unsigned(0), number: statement.unsigned(1))
        let flags = UInt8(truncatingIfNeeded: statement.int(4))
        if flags & Self.ownPolicyFlag != 0 {
            state.setOwn(ChannelPolicy(time: statement.int(2), events: statement.int(3), flags: flags))
        }
        return state
    }

    /// What the table keeps in `flags`.
    var flags: UInt8 { self.policy.flags | (self.isPolicyOwn ? Self.ownPolicyFlag : 0) }

    mutating func setOwn(_ policy: ChannelPolicy) {
        self.policy = policy
        self.isPolicyOwn = true
    }

    /// The last event is this one.
    mutating func advance(sequence: UInt64, number: UInt64) {
        self.sequence = sequence
        self.number = number
    }

    /// Whether an event is to be kept, by its sequence number, its commit's log time, and the present log time.
    func keeps(_ sequence: UInt64, time: Int64, now: Int64) -> Bool {
        if self.policy.retainsLast, sequence == self.sequence { return true }
        return sequence >= self.policy.firstCounted(head: self.sequence) && time >= self.policy.cutoff(at: now)
    }
}
