import MQTTCodec

/// What can be fuzzed, by the name that `.ci/fuzz` gives it.
///
/// A broken invariant traps, which libFuzzer reports with the input; so does whatever traps in the code under test.
enum FuzzTarget: String, CaseIterable {
    /// The codec as a server reads with it.
    case clientPackets = "client-packets"
    /// The codec as a client reads with it.
    case serverPackets = "server-packets"
    /// WebSocket frames.
    case frames
    /// The WebSocket handshake.
    case handshake
    /// Grants, with signatures that are wrong and that are right.
    case tokens
    /// Topics, filters, and the names and numbers that they are made of.
    case topics
    /// The JSON parser and writer, and payloads.
    case json
    /// The bodies of notify, grant and history calls, channels, and replies.
    case bodies

    /// Tries one input.
    func run(_ input: inout FuzzInput) {
        switch self {
        case .clientPackets: PacketFuzzing.run(&input, direction: .fromClient)
        case .serverPackets: PacketFuzzing.run(&input, direction: .fromServer)
        case .frames: FrameFuzzing.run(&input)
        case .handshake: HandshakeFuzzing.run(&input)
        case .tokens: TokenFuzzing.run(&input)
        case .topics: TopicFuzzing.run(&input)
        case .json: JSONFuzzing.run(&input)
        case .bodies: BodyFuzzing.run(&input)
        }
    }
}
