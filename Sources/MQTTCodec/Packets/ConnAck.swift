/// CONNACK: the server's answer to CONNECT (MQTT 5 section 3.2).
public struct ConnAck: Sendable, Equatable {
    /// Whether the server has a stored session; must be false with an error `[MQTT-3.2.2-6]`.
    public var sessionPresent: Bool
    /// The outcome; in 3.1.1 written as one of its return codes, see `returnCode311`.
    public var reason: ReasonCode
    /// MQTT 5's properties; not written in 3.1.1.
    public var properties: Properties

    /// Makes a CONNACK.
    public init(
        sessionPresent: Bool = false,
        reason: ReasonCode = .success,
        properties: Properties = Properties()
    ) {
        self.sessionPresent = sessionPresent
        self.reason = reason
        self.properties = properties
    }

    /// The 3.1.1 return code nearest to `reason` (MQTT 3.1.1 section 3.2.2.3).
    public var returnCode311: UInt8 {
        switch reason {
        case .success: 0
        case .unsupportedProtocolVersion: 1
        case .clientIdentifierNotValid: 2
        case .serverUnavailable, .serverBusy, .quotaExceeded, .packetTooLarge: 3
        case .badUserNameOrPassword: 4
        default: 5
        }
    }

    /// The reason that a 3.1.1 return code stands for; nil for a reserved one.
    static func reason(returnCode311 code: UInt8) -> ReasonCode? {
        switch code {
        case 0: .success
        case 1: .unsupportedProtocolVersion
        case 2: .clientIdentifierNotValid
        case 3: .serverUnavailable
        case 4: .badUserNameOrPassword
        case 5: .notAuthorized
        default: nil
        }
    }
}
