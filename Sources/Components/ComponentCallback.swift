public import Realtime

/// What answers a component's upstream messages.
public enum ComponentCallback: Sendable {
    /// Answers at once, on the thread that asks: for work of a few microseconds that neither waits nor blocks.
    case immediate(@Sendable (ComponentRequest) -> EventPayload)
    /// Answers in its own time.
    ///
    /// ``CallbackUnanswered`` has it asked again; anything else that it throws reaches the client as `callback_failed`
    /// with an incident id only.
    case closure(@Sendable (ComponentRequest) async throws -> EventPayload)
}

/// What decides about data that clients publish to a component's channels; throws as ``ComponentCallback/closure(_:)``.
public typealias IngestCallback = @Sendable (IngestRequest) async throws -> IngestVerdict
