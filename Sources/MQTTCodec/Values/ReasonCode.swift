/// The outcome of an operation as MQTT 5 writes it: below 0x80 success, from there on failure (section 2.4).
public struct ReasonCode: RawRepresentable, Hashable, Sendable {
    /// The byte on the wire.
    public let rawValue: UInt8

    /// Takes any byte; whether a packet may carry it is checked when that packet is decoded.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Whether the code stands for a failure (section 2.4: 0x80 and greater).
    public var isError: Bool { rawValue >= 0x80 }
}

// The names are those of the table in MQTT 5 section 2.4.
extension ReasonCode {
    /// Success (0x00).
    public static let success = ReasonCode(rawValue: 0x00)
    /// Normal disconnection (0x00).
    public static let normalDisconnection = ReasonCode(rawValue: 0x00)
    /// Granted QoS 0 (0x00).
    public static let grantedQoS0 = ReasonCode(rawValue: 0x00)
    /// Granted QoS 1 (0x01).
    public static let grantedQoS1 = ReasonCode(rawValue: 0x01)
    /// Granted QoS 2 (0x02).
    public static let grantedQoS2 = ReasonCode(rawValue: 0x02)
    /// Disconnect with will (0x04).
    public static let disconnectWithWill = ReasonCode(rawValue: 0x04)
    /// No matching subscribers (0x10).
    public static let noMatchingSubscribers = ReasonCode(rawValue: 0x10)
    /// No subscription existed (0x11).
    public static let noSubscriptionExisted = ReasonCode(rawValue: 0x11)
    /// Continue authentication (0x18).
    public static let continueAuthentication = ReasonCode(rawValue: 0x18)
    /// Reauthenticate (0x19).
    public static let reauthenticate = ReasonCode(rawValue: 0x19)
    /// Unspecified error (0x80).
    public static let unspecifiedError = ReasonCode(rawValue: 0x80)
    /// Malformed packet (0x81).
    public static let malformedPacket = ReasonCode(rawValue: 0x81)
    /// Protocol error (0x82).
    public static let protocolError = ReasonCode(rawValue: 0x82)
    /// Implementation specific error (0x83).
    public static let implementationSpecificError = ReasonCode(rawValue: 0x83)
    /// Unsupported protocol version (0x84).
    public static let unsupportedProtocolVersion = ReasonCode(rawValue: 0x84)
    /// Client identifier not valid (0x85).
    public static let clientIdentifierNotValid = ReasonCode(rawValue: 0x85)
    /// Bad user name or password (0x86).
    public static let badUserNameOrPassword = ReasonCode(rawValue: 0x86)
    /// Not authorized (0x87).
    public static let notAuthorized = ReasonCode(rawValue: 0x87)
    /// Server unavailable (0x88).
    public static let serverUnavailable = ReasonCode(rawValue: 0x88)
    /// Server busy (0x89).
    public static let serverBusy = ReasonCode(rawValue: 0x89)
    /// Banned (0x8A).
    public static let banned = ReasonCode(rawValue: 0x8A)
    /// Server shutting down (0x8B).
    public static let serverShuttingDown = ReasonCode(rawValue: 0x8B)
    /// Bad authentication method (0x8C).
    public static let badAuthenticationMethod = ReasonCode(rawValue: 0x8C)
    /// Keep alive timeout (0x8D).
    public static let keepAliveTimeout = ReasonCode(rawValue: 0x8D)
    /// Session taken over (0x8E).
    public static let sessionTakenOver = ReasonCode(rawValue: 0x8E)
    /// Topic filter invalid (0x8F).
    public static let topicFilterInvalid = ReasonCode(rawValue: 0x8F)
    /// Topic name invalid (0x90).
    public static let topicNameInvalid = ReasonCode(rawValue: 0x90)
    /// Packet identifier in use (0x91).
    public static let packetIdentifierInUse = ReasonCode(rawValue: 0x91)
    /// Packet identifier not found (0x92).
    public static let packetIdentifierNotFound = ReasonCode(rawValue: 0x92)
    /// Receive maximum exceeded (0x93).
    public static let receiveMaximumExceeded = ReasonCode(rawValue: 0x93)
    /// Topic alias invalid (0x94).
    public static let topicAliasInvalid = ReasonCode(rawValue: 0x94)
    /// Packet too large (0x95).
    public static let packetTooLarge = ReasonCode(rawValue: 0x95)
    /// Message rate too high (0x96).
    public static let messageRateTooHigh = ReasonCode(rawValue: 0x96)
    /// Quota exceeded (0x97).
    public static let quotaExceeded = ReasonCode(rawValue: 0x97)
    /// Administrative action (0x98).
    public static let administrativeAction = ReasonCode(rawValue: 0x98)
    /// Payload format invalid (0x99).
    public static let payloadFormatInvalid = ReasonCode(rawValue: 0x99)
    /// Retain not supported (0x9A).
    public static let retainNotSupported = ReasonCode(rawValue: 0x9A)
    /// QoS not supported (0x9B).
    public static let qosNotSupported = ReasonCode(rawValue: 0x9B)
    /// Use another server (0x9C).
    public static let useAnotherServer = ReasonCode(rawValue: 0x9C)
    /// Server moved (0x9D).
    public static let serverMoved = ReasonCode(rawValue: 0x9D)
    /// Shared subscriptions not supported (0x9E).
    public static let sharedSubscriptionsNotSupported = ReasonCode(rawValue: 0x9E)
    /// Connection rate exceeded (0x9F).
    public static let connectionRateExceeded = ReasonCode(rawValue: 0x9F)
    /// Maximum connect time (0xA0).
    public static let maximumConnectTime = ReasonCode(rawValue: 0xA0)
    /// Subscription identifiers not supported (0xA1).
    public static let subscriptionIdentifiersNotSupported = ReasonCode(rawValue: 0xA1)
    /// Wildcard subscriptions not supported (0xA2).
    public static let wildcardSubscriptionsNotSupported = ReasonCode(rawValue: 0xA2)
}

extension ReasonCode: CustomStringConvertible {
    /// The code as `0x87`, as the specification writes it.
    public var description: String {
        let digits = String(rawValue, radix: 16, uppercase: true)
        return digits.count == 1 ? "0x0\(digits)" : "0x\(digits)"
    }
}
