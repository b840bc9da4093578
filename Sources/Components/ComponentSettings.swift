/// What the operator has enabled of one component.
public struct ComponentSettings: Sendable {
    /// The areas that are enabled; `nil` enables all.
    public var areas: Set<String>?
    /// How long a callback may take, its further attempts included, and how long a message may wait for it.
    public var timeout: Duration
    /// How many callbacks may run at once.
    public var concurrency: Int
    /// How many messages may wait for a callback; one more is answered `busy`.
    public var waiting: Int
    /// How often a callback that did not answer is asked again, within the time-out.
    public var retries: Int

    /// Creates settings.
    public init(
        areas: Set<String>? = nil,
        timeout: Duration = .seconds(5),
        concurrency: Int = 32,
        waiting: Int = 1000,
        retries: Int = 3
    ) {
        self.areas = areas
        self.timeout = timeout
        self.concurrency = concurrency
        self.waiting = waiting
        self.retries = retries
    }
}
