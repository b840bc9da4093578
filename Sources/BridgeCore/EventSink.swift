public import Edge

/// Where committed events go: the hub, the mirror.
public protocol EventSink: Sendable {
    /// Takes events that were committed, in commit order; returns at once.
    func deliver(_ events: [DeliverableEvent])
}

extension Hub: EventSink {}
