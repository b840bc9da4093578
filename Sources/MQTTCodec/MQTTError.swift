/// Why bytes are no packet, or a packet cannot be written.
///
/// The message says which rule was broken; it never holds what the peer sent.
public struct MQTTError: Error, Hashable, Sendable {
    /// The kind of a failure; its raw value is the Reason Code to answer with (MQTT 5 section 2.4).
    public struct Code: Hashable, Sendable {
        /// The Reason Code's byte.
        public let rawValue: UInt8

        /// The bytes are no packet (0x81).
        public static let malformedPacket = Code(rawValue: 0x81)
        /// A packet or a combination that the protocol forbids (0x82).
        public static let protocolError = Code(rawValue: 0x82)
        /// Neither MQTT 3.1.1 nor 5 (0x84).
        public static let unsupportedVersion = Code(rawValue: 0x84)
        /// An empty topic filter (0x8F).
        public static let topicFilterInvalid = Code(rawValue: 0x8F)
        /// A topic name with wildcards, or an empty will or response topic (0x90).
        public static let topicNameInvalid = Code(rawValue: 0x90)
        /// More QoS 1 and 2 messages than allowed (0x93).
        public static let receiveMaximumExceeded = Code(rawValue: 0x93)
        /// A topic alias that is not known or not allowed (0x94).
        public static let topicAliasInvalid = Code(rawValue: 0x94)
        /// A packet beyond a limit (0x95).
        public static let packetTooLarge = Code(rawValue: 0x95)
    }

    /// What kind of failure it is.
    public let code: Code
    /// Which rule was broken.
    public let message: String

    /// Makes an error; `message` must not hold anything that the peer sent.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The Reason Code for the CONNACK or DISCONNECT that ends the connection.
    public var reason: ReasonCode { ReasonCode(rawValue: code.rawValue) }
}

extension MQTTError: CustomStringConvertible {
    /// The reason code and the message.
    public var description: String { "MQTT \(reason): \(message)" }
}

extension MQTTError {
    static func malformed(_ message: String) -> MQTTError { MQTTError(.malformedPacket, message) }
    static func protocolError(_ message: String) -> MQTTError { MQTTError(.protocolError, message) }
}
