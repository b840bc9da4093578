import ArgumentParser

/// How events are received.
enum SelftestTransport: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// MQTT over WebSocket.
    case mqtt
    /// Server-sent events.
    case stream
    /// Long polling.
    case poll
}
