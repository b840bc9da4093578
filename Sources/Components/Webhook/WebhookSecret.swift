import Crypto
public import Realtime

/// A webhook's signing secret, as Standard Webhooks writes it: `whsec_` and base64 of 24 to 64 bytes.
///
/// Source: the Standard Webhooks specification, "Signature scheme", symmetric.
public struct WebhookSecret: Sendable, CustomStringConvertible {
    /// What every written secret begins with.
    public static let prefix = "whsec_"
    /// How many bytes a secret may have.
    public static let byteCounts = 24...64

    /// Keyed already: each signature starts from a copy, which saves hashing the key anew.
    private let keyed: HMAC<SHA256>

    /// Parses a secret.
    ///
    /// - Throws: `configurationInvalid` where it has another form; the message never holds the value.
    public init(_ text: String) throws(RealtimeError) {
        let bytes = text.utf8
        guard bytes.starts(with: Self.prefix.utf8),
            let secret = Base64.decode(Array(bytes.dropFirst(Self.prefix.utf8.count)).span),
            Self.byteCounts.contains(secret.count)
        else {
            throw RealtimeError(
                .configurationInvalid,
                "a webhook's secret is whsec_ followed by the base64 of 24 to 64 bytes"
            )
        }
        self.keyed = HMAC(key: SymmetricKey(data: secret))
    }

    /// Signs one attempt: `v1,` and base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`.
    ///
    /// - Parameters:
    ///   - id: The `webhook-id`.
    ///   - timestamp: The `webhook-timestamp`, in Unix seconds.
    ///   - body: The request's body.
    /// - Returns: One of the signatures of `webhook-signature`.
    public func signature(id: String, timestamp: Int64, body: [UInt8]) -> String {
        var code = self.keyed
        code.update(data: Array("\(id).\(timestamp).".utf8))
        code.update(data: body)
        return "v1," + Base64.encode(Array(code.finalize()))
    }

    /// Says that there is a secret, never which.
    public var description: String { "WebhookSecret" }
}
