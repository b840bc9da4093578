public import MQTTCodec

/// Why a client's connection or one of its calls failed.
public struct MQTTClientError: Error, Sendable {
    /// The kind of a failure; more may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The kind's name.
        public let description: String

        /// The transport could not be opened.
        public static let connectFailed = Code(description: "connect failed")
        /// The server answered CONNECT with a refusal, which `reason` names.
        public static let connectionRefused = Code(description: "connection refused")
        /// The server did not accept the WebSocket.
        public static let webSocketRefused = Code(description: "WebSocket refused")
        /// The server ended the connection and said why: `reason`.
        public static let disconnected = Code(description: "disconnected by the server")
        /// The connection is gone without a word.
        public static let connectionClosed = Code(description: "connection closed")
        /// No answer within the time-out.
        public static let timeout = Code(description: "time-out")
        /// The server broke the protocol.
        public static let protocolViolation = Code(description: "protocol violation")
        /// A call's arguments cannot be sent.
        public static let invalidArgument = Code(description: "invalid argument")
        /// More calls wait for an answer than the client holds.
        public static let tooManyPending = Code(description: "too many calls pending")
    }

    /// What kind of failure it is.
    public let code: Code
    /// The Reason Code that the server gave, if any (MQTT 5 section 2.4).
    public let reason: ReasonCode?
    /// What happened, without payloads and secrets.
    public let message: String
    /// The failure below, if any.
    public let underlying: (any Error)?

    /// Makes an error; `message` holds no payload and no secret.
    public init(_ code: Code, _ message: String, reason: ReasonCode? = nil, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.reason = reason
        self.underlying = underlying
    }

    /// Whether the same may succeed later on a new connection.
    public var isRetriable: Bool {
        switch code {
        case .connectFailed, .connectionClosed, .timeout, .tooManyPending: true
        case .connectionRefused, .disconnected:
            switch reason {
            case .serverUnavailable, .serverBusy, .serverShuttingDown, .keepAliveTimeout, .connectionRateExceeded,
                .quotaExceeded, .messageRateTooHigh:
                true
            default: false
            }
        default: false
        }
    }
}

extension MQTTClientError: CustomStringConvertible {
    /// Kind, reason and message.
    public var description: String {
        let reason = reason.map { " (\($0))" } ?? ""
        return message.isEmpty ? "\(code)\(reason)" : "\(code)\(reason): \(message)"
    }
}

extension MQTTClientError {
    /// An error of the codec while it read what the server sent.
    static func violation(_ error: MQTTError) -> MQTTClientError {
        MQTTClientError(.protocolViolation, error.message, reason: error.reason, underlying: error)
    }

    /// An error of the codec while it wrote what the caller gave.
    static func argument(_ error: MQTTError) -> MQTTClientError {
        MQTTClientError(.invalidArgument, error.message, reason: error.reason, underlying: error)
    }

    /// Whatever the transport threw, as an error of this module.
    static func transport(_ error: any Error) -> MQTTClientError {
        error as? MQTTClientError ?? MQTTClientError(.connectionClosed, "\(error)", underlying: error)
    }
}
