public import Components
public import Realtime

extension Bridge {
    /// Gives a component the closure that answers its upstream messages, in place of what the configuration names.
    ///
    /// What one user's session sends comes in order, the next when this one is answered; others side by side. The closure
    /// is cancelled when it takes longer than the component's time-out. ``Components/CallbackUnanswered`` has it asked
    /// again; any other error reaches the client as `callback_failed` with an incident id alone.
    ///
    /// - Throws: `component_disabled` when the configuration does not enable the component.
    public func component(
        _ name: String,
        handle: @escaping @Sendable (ComponentRequest) async throws -> EventPayload
    ) throws(RealtimeError) {
        try self.dispatcher.register(ComponentName(name), callback: .closure(handle))
    }

    /// Gives a component the closure that answers its upstream messages, with payloads of the application's own types.
    ///
    /// A message of another form is answered with `callback_failed`; otherwise as ``component(_:handle:)``.
    ///
    /// - Throws: `component_disabled` when the configuration does not enable the component.
    public func component<Message: Decodable & SendableMetatype, Answer: Encodable & SendableMetatype>(
        _ name: String,
        handle: @escaping @Sendable (Message, ComponentRequest) async throws -> Answer
    ) throws(RealtimeError) {
        try self.component(name) { request in
            try EventPayload(encoding: try await handle(try request.payload.decode(), request))
        }
    }

    /// Gives a component the closure that sees what clients publish to its channels before it becomes an event.
    ///
    /// It answers `.accept`, `.replace` with another payload, or `.refuse` with a reason that the publisher gets. Grants
    /// made after this call name the channels that may be published to; without that a message is refused.
    ///
    /// - Throws: `component_disabled` when the configuration does not enable the component.
    public func ingest(_ name: String, decide: @escaping IngestCallback) throws(RealtimeError) {
        try self.dispatcher.register(ComponentName(name), ingest: decide)
    }

    /// Publishes a value as an event and waits until it is committed.
    ///
    /// - Throws: What encoding throws; else as ``notify(_:payload:key:)``.
    @discardableResult
    public func notify(_ channel: Realtime.Channel, _ value: some Encodable, key: String? = nil) async throws
        -> Position
    {
        try await self.notify(channel, payload: try EventPayload(encoding: value), key: key)
    }
}
