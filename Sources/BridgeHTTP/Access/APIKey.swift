import Crypto
public import Realtime

/// A server's key to the HTTP API; only its digest is kept.
public struct APIKey: Sendable {
    /// What a key may be used for.
    public enum Role: String, Sendable, CaseIterable {
        /// Making grants.
        case grant
        /// Publishing events.
        case notify
        /// Revoking, metrics from afar, grants for services.
        case admin
    }

    /// A name for people and logs.
    public let name: String
    /// What it may be used for.
    public let roles: Set<Role>
    /// The components that it reaches; `nil` for all.
    public let components: Set<ComponentName>?
    private let digest: [UInt8]

    /// Creates a key.
    ///
    /// The `digest` is the SHA-256 of the key, 32 bytes.
    public init(name: String, digest: [UInt8], roles: Set<Role>, components: Set<ComponentName>? = nil) {
        self.name = name
        self.digest = digest
        self.roles = roles
        self.components = components
    }

    /// The digest of a key's text.
    public static func digest(of key: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(key.utf8)))
    }

    /// Compares in constant time.
    func matches(_ digest: [UInt8]) -> Bool {
        guard digest.count == self.digest.count else { return false }
        var difference: UInt8 = 0
        for (left, right) in zip(digest, self.digest) {
            difference |= left ^ right
        }
        return difference == 0
    }
}

extension APIKey: CustomStringConvertible {
    /// The name; not even the digest shall get into logs.
    public var description: String { "APIKey(\(self.name))" }
}
