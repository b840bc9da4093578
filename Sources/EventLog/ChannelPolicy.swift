/// How a channel keeps its events, remembered with the channel.
public struct ChannelPolicy: Hashable, Sendable {
    /// How long, and how many.
    public var retention: Retention
    /// The last event stays, however old it is.
    public var retainsLast: Bool
    /// A reader sees nothing from before its grant.
    public var historyFromGrantOnly: Bool

    /// Creates a policy.
    public init(retention: Retention = Retention(), retainsLast: Bool = false, historyFromGrantOnly: Bool = false) {
        self.retention = retention
        self.retainsLast = retainsLast
        self.historyFromGrantOnly = historyFromGrantOnly
    }

    /// The smallest sequence number that the number of events allows to be kept.
    public func firstCounted(head: UInt64) -> UInt64 {
        let kept = UInt64(max(self.retention.events, self.retainsLast ? 1 : 0))
        return head > kept ? head - kept + 1 : 1
    }

    /// The log time before which events are too old.
    public func cutoff(at time: Int64) -> Int64 {
        let (cutoff, overflow) = time.subtractingReportingOverflow(max(0, self.retention.time))
        return overflow ? .min : cutoff
    }
}

/// How long a channel keeps its events: whichever comes first.
public struct Retention: Hashable, Sendable {
    /// In milliseconds.
    public var time: Int64
    /// A number of events.
    public var events: Int

    /// Creates a retention; five minutes or a thousand events unless said otherwise.
    public init(time: Int64 = 5 * 60 * 1000, events: Int = 1000) {
        self.time = time
        self.events = events
    }
}
