/// What the operator has enabled of one component.
public struct ComponentSettings: Sendable {
    /// The areas that are enabled; `nil` enables all.
    public var areas: Set<String>?
    /// How long a callback may take.
    public var timeout: Duration
    /// How many callbacks may run at once.
    public var concurrency: Int
    /// How many messages may wait for a callback; one more is answered `busy`.
    public var waiting: Int

    /// Creates settings.
    public init(
        areas: Set<String>? = nil,
        timeout: Duration = .seconds(5),
        concurrency: Int = 32,
        waiting: Int = 1000
    ) {
        self.areas = areas
        self.timeout = timeout
        self.concurrency = concurrency
        self.waiting = waiting
    }
}
