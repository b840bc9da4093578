/// The grant keys of a site: checks tokens, and signs them where it has the private part.
public struct KeyRing: Sendable {
    /// How far `iat` and `nbf` may lie ahead of this machine's clock, in seconds; `exp` has no leeway.
    public static let leeway: Int64 = 30

    /// The site that every token has to name.
    public let site: SiteName

    // In the order of the configuration, which decides who signs. Rings are small: a handful of keys while they rotate.
    private let keys: [GrantKey]

    /// Makes a ring of keys.
    ///
    /// - Throws: `configurationInvalid` where two keys have the same `kid`.
    public init(site: SiteName, keys: [GrantKey]) throws(RealtimeError) {
        var seen: Set<[UInt8]> = []
        for key in keys {
            guard seen.insert(Array(key.kid.utf8)).inserted else {
                throw RealtimeError(.configurationInvalid, "two grant keys have the same kid")
            }
        }
        self.site = site
        self.keys = keys
    }

    /// Checks a token: form, key, signature, then claims.
    ///
    /// - Parameters:
    ///   - token: The compact JWS, as the peer sent it.
    ///   - now: The present time in Unix seconds.
    /// - Returns: The token's claims.
    /// - Throws: `grantInvalid` with the check that failed, or `grantExpired`; never with anything of the token.
    public func verify(token: Span<UInt8>, now: Int64) throws(RealtimeError) -> Grant {
        let compact = try CompactToken(token)
        guard let key = self.keys.first(where: { $0.kid.utf8.elementsEqual(compact.kid.utf8) }) else {
            throw Grant.invalid("the kid is not known")
        }
        guard compact.algorithm == key.algorithmName else {
            throw Grant.invalid("alg is not the key's algorithm")
        }
        guard key.isValidSignature(compact.signature, for: compact.signedBytes) else {
            throw Grant.invalid("the signature is not valid")
        }
        // Only from here on is anything of the payload looked at.
        let claims = try compact.claims()
        let grant = try Grant(claims: claims)
        try grant.check(site: self.site)
        guard key.allowsRole(grant.role) else { throw Grant.invalid("the key may not give this role") }
        guard key.allowsComponents(grant.components) else {
            throw Grant.invalid("the key may not give these components")
        }
        guard grant.issuedAt <= now + Self.leeway else { throw Grant.invalid("iat lies in the future") }
        if claims["nbf"] != nil, try Grant.date("nbf", claims) > now + Self.leeway {
            throw Grant.invalid("nbf lies in the future")
        }
        guard grant.expiresAt > now else { throw RealtimeError(.grantExpired, "the grant has expired") }
        return grant
    }

    /// Checks a token: form, key, signature, then claims.
    ///
    /// - Parameters:
    ///   - token: The compact JWS, as the peer sent it.
    ///   - now: The present time in Unix seconds.
    /// - Returns: The token's claims.
    /// - Throws: `grantInvalid` with the check that failed, or `grantExpired`; never with anything of the token.
    public func verify(token: [UInt8], now: Int64) throws(RealtimeError) -> Grant {
        try self.verify(token: token.span, now: now)
    }

    /// Signs a grant with the first key whose roles and components allow it and that has its private part.
    ///
    /// - Throws: `grantInvalid` for claims that no token may have, `forbidden` where no key may sign it, `limit` where
    ///   the token would be too long.
    public func sign(_ grant: Grant) throws(RealtimeError) -> String {
        try grant.check(site: self.site)
        guard let key = self.keys.first(where: { $0.canSign && $0.allows(grant) }) else {
            throw RealtimeError(.forbidden, "no grant key may sign this role and these components")
        }
        var header = JSONWriter(reserving: 64)
        header.object { members in
            members.key("alg")
            members.string(key.algorithmName)
            members.key("kid")
            members.string(key.kid)
            members.key("typ")
            members.string("JWT")
        }
        var token: [UInt8] = []
        Base64Alphabet.url.encode(header.bytes, into: &token)
        token.append(UInt8(ascii: "."))
        Base64Alphabet.url.encode(grant.encodeClaims(), into: &token)
        guard let signature = key.signature(for: token) else {
            throw RealtimeError(.forbidden, "the grant key cannot sign")
        }
        token.append(UInt8(ascii: "."))
        Base64Alphabet.url.encode(signature, into: &token)
        guard token.count <= Grant.maximumTokenBytes else {
            throw RealtimeError(
                .limit,
                "token: at most \(Grant.maximumTokenBytes) bytes; ask for fewer channels a grant"
            )
        }
        return String(decoding: token, as: UTF8.self)
    }
}
