@testable import Realtime

/// Makes tokens out of any header and claims, good or bad, signed with a real key.
struct TokenForge {
    static let hash = "gzlFP5ds6BbedNfmyA9NCaDMVic"
    static let goodHeader = #"{"alg":"HS256","kid":"k1","typ":"JWT"}"#

    let key: GrantKey
    let ring: KeyRing

    init(roles: Set<Role> = [.client, .device], components: [ComponentName]? = nil) throws {
        self.key = try GrantKey(
            kid: "k1",
            roles: roles,
            components: components,
            algorithm: .hs256(secret: TestValues.secret)
        )
        self.ring = try KeyRing(site: TestValues.site, keys: [self.key])
    }

    /// Good claims as JSON, with members replaced by other JSON, or left out where that is nil.
    static func claims(_ changes: [String: String?] = [:]) -> String {
        var members: [(String, String)] = [
            ("iss", #""demo""#), ("aud", #""realtime-bridge""#), ("sub", #""42""#), ("sid", #""abc""#),
            ("jti", #""g1""#),
            ("iat", "1732370000"), ("exp", "1732373600"),
        ]
        for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
            members.removeAll { $0.0 == name }
            if let value { members.append((name, value)) }
        }
        return "{" + members.map { #""\#($0.0)":\#($0.1)"# }.joined(separator: ",") + "}"
    }

    func token(header: String = Self.goodHeader, claims: String) -> [UInt8] {
        let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(claims.utf8))
        return self.signed(signed)
    }

    /// Signs whatever stands before the last dot.
    func signed(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return bytes + Array(".".utf8) + Array(Base64URL.encode(self.key.signature(for: bytes) ?? []).utf8)
    }

    func verify(claims: String) throws(RealtimeError) -> Grant {
        try self.ring.verify(token: self.token(claims: claims), now: TestValues.now)
    }

    func refusal(header: String = Self.goodHeader, claims: String = Self.claims()) -> RealtimeError? {
        self.refusal(token: self.token(header: header, claims: claims))
    }

    func refusal(token: [UInt8], now: Int64 = TestValues.now) -> RealtimeError? {
        do throws(RealtimeError) {
            _ = try self.ring.verify(token: token, now: now)
            return nil
        } catch {
            return error
        }
    }
}
