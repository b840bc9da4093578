/// A webhook's answer that is none, or a webhook that must not be called; asking again would not help.
///
/// Its description holds neither the answer's body nor the URL.
public struct WebhookError: CallbackFailure, Sendable, Hashable {
    /// What kind of failure this is.
    ///
    /// A structure rather than an enumeration, so that further codes break nobody's `switch`.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code as logs have it.
        public let rawValue: String

        /// The code as logs have it.
        public var description: String { self.rawValue }

        /// The status is no success.
        public static let status = Self(rawValue: "status")
        /// The answer leads elsewhere; nothing was sent there.
        public static let redirect = Self(rawValue: "redirect")
        /// The answer's content type is not JSON.
        public static let contentType = Self(rawValue: "content_type")
        /// The answer is not strict JSON.
        public static let notJSON = Self(rawValue: "not_json")
        /// The answer is longer than a reply may be.
        public static let tooLarge = Self(rawValue: "too_large")
        /// The answer to published data is not a verdict.
        public static let verdict = Self(rawValue: "verdict")
        /// The answer is not HTTP.
        public static let notHTTP = Self(rawValue: "not_http")
        /// The server's certificate is not valid for its name, or the TLS handshake failed otherwise.
        public static let tls = Self(rawValue: "tls")
        /// The address that the host resolved to is not allowed.
        public static let address = Self(rawValue: "address")
        /// The request could not be made.
        public static let request = Self(rawValue: "request")
    }

    /// What kind of failure this is.
    public let code: Code
    /// The answer's HTTP status, where there was one.
    public let status: Int?

    /// The webhook has seen nothing of the request, so that it may be asked again another time.
    var wasNeverSent: Bool { [.tls, .address, .request].contains(self.code) }

    init(_ code: Code, status: Int? = nil) {
        self.code = code
        self.status = status
    }

    /// The code and the status.
    public var description: String {
        "webhook: \(self.code)" + (self.status.map { ", HTTP status \($0)" } ?? "")
    }
}
