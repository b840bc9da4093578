/// What a connection's bytes mean at the moment.
enum Transport {
    /// MQTT packets, over TCP.
    case tcp
    /// The head of a WebSocket handshake.
    case handshake
    /// WebSocket frames that carry MQTT packets.
    case webSocket(WebSocketDecoder)

    var isWebSocket: Bool {
        if case .webSocket = self { true } else { false }
    }
}
