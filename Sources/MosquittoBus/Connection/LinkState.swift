internal import MessageBus

/// Where the connection stands, for those who watch it.
struct LinkState: Sendable, Equatable {
    /// What the bus tells of itself.
    var state: BusState
    /// Whether the broker has answered every subscription too.
    var isSubscribed = false
}
