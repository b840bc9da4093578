public import Realtime

/// What a component decides about data that a client publishes to one of its channels.
public enum IngestVerdict: Sendable, Hashable {
    /// It becomes an event as it is.
    case accept
    /// It becomes an event with this payload.
    case replace(EventPayload)
    /// It becomes none; the reason is for the publisher.
    case refuse(reason: String)
}
