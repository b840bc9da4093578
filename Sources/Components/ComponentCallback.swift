public import Realtime

/// What answers a component's upstream messages.
public enum ComponentCallback: Sendable {
    /// Answers at once, on the thread that asks: for work of a few microseconds that neither waits nor blocks.
    case immediate(@Sendable (ComponentRequest) -> EventPayload)
    /// Answers in its own time. What it throws reaches the client as `callback_failed` with an incident id only.
    case closure(@Sendable (ComponentRequest) async throws -> EventPayload)
}
