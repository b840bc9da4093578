/// Filters and who receives what matches them: one call of ``Bus/subscribe(_:handler:)``.
public struct BusSubscription: Sendable {
    /// The valid ones among the filters.
    public let filters: [BusTopicFilter]
    /// The ones that break MQTT's rules, and receive nothing.
    public let invalidFilters: [String]
    private let handler: @Sendable (BusMessage) -> Void

    /// Creates a subscription.
    public init(_ filters: [String], handler: @escaping @Sendable (BusMessage) -> Void) {
        self.filters = filters.compactMap { BusTopicFilter($0) }
        self.invalidFilters = filters.filter { BusTopicFilter($0) == nil }
        self.handler = handler
    }

    /// Whether a filter matches.
    public func matches(_ topic: String) -> Bool {
        self.filters.contains { $0.matches(topic) }
    }

    /// Calls the handler.
    public func deliver(_ message: BusMessage) {
        self.handler(message)
    }
}
