public import Components

/// How a component is doing, for operators.
public struct ComponentStatus: Sendable {
    /// Counted since the start, by the name that `/metrics` gives it.
    public let counts: KeyValuePairs<String, Int>
    /// Callbacks that run now.
    public let running: Int
    /// Messages that wait now.
    public let waiting: Int
    /// The component does not answer, and is spared.
    public let isCircuitOpen: Bool

    /// Takes what the component's runners say.
    public init(_ figures: ComponentMetrics.Snapshot) {
        self.counts = [
            "received": figures.received, "answered": figures.answered, "failed": figures.failed,
            "timed_out": figures.timedOut, "refused": figures.refused, "retried": figures.retried,
        ]
        self.running = figures.running
        self.waiting = figures.waiting
        self.isCircuitOpen = figures.isCircuitOpen
    }
}
