public import Edge

/// Where committed events go: the hub, the mirror.
public protocol EventSink: Sendable {
    /// Takes events that were committed, in commit order; returns at once.
    ///
    /// The `number` is the last one's among the events of all channels.
    func deliver(_ events: [DeliverableEvent], through number: UInt64)
}

extension Hub: EventSink {
    /// Delivers committed events to all subscribers.
    public func deliver(_ events: [DeliverableEvent], through number: UInt64) {
        self.deliver(events)
    }
}
