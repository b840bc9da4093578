import Hummingbird
import Realtime

/// All API keys, and who a request's bearer is.
public struct APIKeyRing: Sendable {
    /// The longest key that is looked at, in bytes.
    private static let maximumKey = 1024

    private let keys: [APIKey]

    /// Creates a ring.
    public init(_ keys: [APIKey]) {
        self.keys = keys
    }

    /// Finds the key of a request and checks its role.
    ///
    /// - Throws: `unauthorized` without a known key, `forbidden` when the key lacks the role.
    func authorize(_ request: Request, for role: APIKey.Role) throws(RealtimeError) -> APIKey {
        guard let presented = Bearer.token(of: request, limit: Self.maximumKey) else {
            throw RealtimeError(.unauthorized, "an API key is needed: Authorization: Bearer …")
        }
        let digest = APIKey.digest(of: String(presented))
        // Every key is compared, so that time does not tell which one came close.
        var found: APIKey?
        for key in self.keys where key.matches(digest) {
            found = key
        }
        guard let found else { throw RealtimeError(.unauthorized, "the API key is not known") }
        guard found.roles.contains(role) else {
            throw RealtimeError(.forbidden, "this API key lacks the role \(role.rawValue)")
        }
        return found
    }
}
