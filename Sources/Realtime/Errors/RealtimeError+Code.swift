extension RealtimeError {
    /// A code of the contract, as it is written on the wire.
    ///
    /// A structure rather than an enumeration, so that further codes break nobody's `switch`.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code as it is written on the wire, such as `grant_invalid`.
        public let rawValue: String

        /// A code by its text, for codes that came over the wire.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The code as it is written on the wire.
        public var description: String { self.rawValue }

        /// No credentials, or none that are known.
        public static let unauthorized = Self(rawValue: "unauthorized")
        /// The rights do not cover this.
        public static let forbidden = Self(rawValue: "forbidden")
        /// The token is not a valid grant.
        public static let grantInvalid = Self(rawValue: "grant_invalid")
        /// The grant, or the right in question, has run out.
        public static let grantExpired = Self(rawValue: "grant_expired")
        /// The grant has been revoked.
        public static let grantRevoked = Self(rawValue: "grant_revoked")
        /// The component is not enabled.
        public static let componentDisabled = Self(rawValue: "component_disabled")
        /// The component's area is not enabled.
        public static let areaDisabled = Self(rawValue: "area_disabled")
        /// A field of the channel is missing or not valid.
        public static let channelInvalid = Self(rawValue: "channel_invalid")
        /// The payload or body is not what is asked for.
        public static let payloadInvalid = Self(rawValue: "payload_invalid")
        /// The payload is longer than the limit.
        public static let payloadTooLarge = Self(rawValue: "payload_too_large")
        /// The idempotency key was used with another payload.
        public static let keyReused = Self(rawValue: "key_reused")
        /// The request id was used with another payload.
        public static let requestReused = Self(rawValue: "request_reused")
        /// The component has no callback.
        public static let noCallback = Self(rawValue: "no_callback")
        /// The callback failed; the message has the incident id.
        public static let callbackFailed = Self(rawValue: "callback_failed")
        /// The callback did not answer in time.
        public static let timeout = Self(rawValue: "timeout")
        /// Too much is waiting; try again later.
        public static let busy = Self(rawValue: "busy")
        /// A limit is reached; the message names it.
        public static let limit = Self(rawValue: "limit")
        /// The event log cannot be read or written at present.
        public static let logUnavailable = Self(rawValue: "log_unavailable")
        /// There is no such thing.
        public static let notFound = Self(rawValue: "not_found")
        /// The path exists, not for this method.
        public static let methodNotAllowed = Self(rawValue: "method_not_allowed")
        /// A name or key of the bridge's own configuration is not valid; never sent to a peer.
        public static let configurationInvalid = Self(rawValue: "configuration_invalid")
    }
}
