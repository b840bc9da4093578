/// Where a bus stands with its broker.
public enum BusState: Sendable, Hashable {
    /// No connection yet, and an attempt is under way.
    case connecting
    /// The broker has accepted the connection.
    case connected
    /// There is none; a further attempt follows unless the bus has been stopped.
    case disconnected(reason: String)
}
