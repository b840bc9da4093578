import Foundation

/// A token to be signed with PyJWT, good or bad.
struct Token {
    var algorithm: String
    /// Base64.
    var key: String
    var header: [String: JSON]
    /// The claims as text, so that they can be what no JSON library writes.
    var payload: String

    /// Good claims, with some replaced, or left out where that is nil.
    static func claims(_ changes: [String: JSON?] = [:]) -> [String: JSON] {
        let now = Int64(Date().timeIntervalSince1970)
        var claims: [String: JSON] = [
            "iss": "demo", "aud": "realtime-bridge", "sub": "42", "sid": "abc", "jti": "g1", "iat": .int(now),
            "exp": .int(now + 600),
        ]
        for (name, value) in changes { claims[name] = value }
        return claims
    }

    /// A token of a key of the bridge.
    init(_ key: BridgeFolder.GrantKey, claims: [String: JSON] = Self.claims()) {
        self.init(key, payload: JSON.object(claims).text)
    }

    /// A token of a key of the bridge with any text as its claims.
    init(_ key: BridgeFolder.GrantKey, payload: String) {
        self.algorithm = key.algorithm
        self.key = key.key
        self.header = ["kid": .string(key.kid)]
        self.payload = payload
    }

    /// Signs them all.
    static func sign(_ tokens: [Token]) async throws -> [String] {
        let requests = tokens.map { token -> JSON in
            [
                "alg": .string(token.algorithm), "key": .string(token.key), "header": .object(token.header),
                "payload": .string(token.payload),
            ]
        }
        let outcome = try await Program(executable: "/usr/bin/python3", arguments: [ClientScript.path("mint.py")])
            .finish(input: JSON.array(requests).text)
        guard outcome.status == 0 else { throw BridgeError(description: outcome.errors) }
        return try JSON(parsing: outcome.output).array?.compactMap(\.string) ?? []
    }
}
