import Crypto

/// A key that signs or checks grants, with what whoever holds it may grant.
///
/// `components` bounds the `cmp` of its tokens. It cannot bound `ch`: a channel is known there by its hash only, so
/// a key limited to components still vouches for every channel it names.
public struct GrantKey: Sendable, CustomStringConvertible {
    /// The algorithm with its key; it belongs to the key and is never taken from a token.
    public enum Algorithm: Sendable {
        /// HMAC with SHA-256, RFC 7518 section 3.2; the secret has at least 32 bytes.
        case hs256(secret: [UInt8])
        /// Ed25519, RFC 8037 section 3.1; 32 bytes each. Without the private part the key only checks.
        case ed25519(public: [UInt8], private: [UInt8]?)
    }

    /// The key's id, as tokens name it.
    public let kid: String
    /// The roles that it may give.
    public let roles: Set<Role>
    /// The components that it may give; nil: every one.
    public let components: [ComponentName]?

    private let material: Material

    /// Checks and takes a key.
    ///
    /// - Throws: `configurationInvalid` for an empty or long id, no roles, a short secret, or halves that do not match.
    public init(
        kid: String,
        roles: Set<Role> = [.client, .device],
        components: [ComponentName]? = nil,
        algorithm: Algorithm
    ) throws(RealtimeError) {
        guard (1...128).contains(kid.utf8.count), !ASCII.containsControl(kid) else {
            throw RealtimeError(.configurationInvalid, "a grant key's kid has 1 to 128 bytes, no control characters")
        }
        guard !roles.isEmpty else {
            throw RealtimeError(.configurationInvalid, "a grant key needs at least one role")
        }
        self.kid = kid
        self.roles = roles
        self.components = components
        self.material = try Material(algorithm)
    }

    /// Whether the key can sign: it has its private part.
    public var canSign: Bool {
        if case .ed25519(_, nil) = self.material { false } else { true }
    }

    /// The name of the algorithm in a token's header, `HS256` or `EdDSA`.
    public var algorithmName: String {
        switch self.material {
        case .hs256: "HS256"
        case .ed25519: "EdDSA"
        }
    }

    /// The id and the algorithm, never the key.
    public var description: String { "GrantKey(\(self.kid), \(self.algorithmName))" }

    /// Whether the key may give the grant's role and components.
    func allows(_ grant: Grant) -> Bool {
        self.allowsRole(grant.role) && self.allowsComponents(grant.components)
    }

    func allowsRole(_ role: Role) -> Bool {
        self.roles.contains(role)
    }

    func allowsComponents(_ granted: [ComponentName]) -> Bool {
        guard let components = self.components else { return true }
        return granted.allSatisfy(components.contains)
    }

    /// Whether the signature is this key's over the bytes; HMACs are compared in constant time.
    func isValidSignature(_ signature: [UInt8], for bytes: [UInt8]) -> Bool {
        switch self.material {
        case .hs256(let secret):
            HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: bytes, using: secret)
        case .ed25519(let publicKey, _):
            publicKey.isValidSignature(signature, for: bytes)
        }
    }

    /// Signs the bytes; nil where the key has no private part or the library refuses.
    func signature(for bytes: [UInt8]) -> [UInt8]? {
        switch self.material {
        case .hs256(let secret): Array(HMAC<SHA256>.authenticationCode(for: bytes, using: secret))
        case .ed25519(_, let privateKey): (try? privateKey?.signature(for: bytes)).map(Array.init)
        }
    }

    private enum Material: Sendable {
        case hs256(SymmetricKey)
        case ed25519(Curve25519.Signing.PublicKey, Curve25519.Signing.PrivateKey?)

        init(_ algorithm: Algorithm) throws(RealtimeError) {
            switch algorithm {
            case .hs256(let secret):
                // RFC 7518 section 3.2: a key of the same size as the hash output or larger.
                guard secret.count >= 32 else {
                    throw RealtimeError(.configurationInvalid, "an HS256 secret has at least 32 bytes")
                }
                self = .hs256(SymmetricKey(data: secret))
            case .ed25519(let publicBytes, let privateBytes):
                guard let publicKey = try? Curve25519.Signing.PublicKey(rawRepresentation: publicBytes) else {
                    throw RealtimeError(.configurationInvalid, "an EdDSA public key has 32 bytes")
                }
                guard let privateBytes else {
                    self = .ed25519(publicKey, nil)
                    return
                }
                guard let privateKey = try? Curve25519.Signing.PrivateKey(rawRepresentation: privateBytes),
                    privateKey.publicKey.rawRepresentation.elementsEqual(publicBytes)
                else {
                    throw RealtimeError(
                        .configurationInvalid,
                        "an EdDSA private key has 32 bytes and fits its public key"
                    )
                }
                self = .ed25519(publicKey, privateKey)
            }
        }
    }
}
