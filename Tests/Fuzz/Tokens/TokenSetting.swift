import Crypto
import Realtime

/// A site with its keys at one moment, and the means to sign anything.
struct TokenSetting {
    /// In Unix seconds.
    let now: Int64 = 1_732_370_000
    let clientKey: GrantKey
    let serviceKey: GrantKey
    let ring: KeyRing

    private let secret = Array("0123456789abcdef0123456789abcdef".utf8)

    init() {
        do {
            clientKey = try GrantKey(kid: "k1", algorithm: .hs256(secret: secret))
            serviceKey = try GrantKey(
                kid: "s1",
                roles: [.service],
                components: [ComponentName("mod_quiz")],
                algorithm: .hs256(secret: secret)
            )
            ring = try KeyRing(site: SiteName("demo"), keys: [clientKey, serviceKey])
        } catch {
            preconditionFailure("the fuzzer's own keys are not valid: \(error)")
        }
    }

    /// A token with any claims under a good header.
    func token(claims: [UInt8], by kid: String) -> [UInt8] {
        sign(header: Array(#"{"alg":"HS256","kid":"\#(kid)","typ":"JWT"}"#.utf8)[...], claims: claims[...])
    }

    /// A token whose header is the first line, and whose claims are the rest.
    func token(headerAndClaims bytes: [UInt8]) -> [UInt8] {
        let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
        return sign(header: bytes[..<end], claims: bytes[end...].dropFirst())
    }

    /// Whether the last part is the secret's signature over the others.
    func isSigned(_ token: [UInt8]) -> Bool {
        guard let dot = token.lastIndex(of: UInt8(ascii: ".")) else { return false }
        return token[(dot + 1)...].elementsEqual(signature(of: token[..<dot]).utf8)
    }

    private func sign(header: ArraySlice<UInt8>, claims: ArraySlice<UInt8>) -> [UInt8] {
        let signed = Array((Base64URL.encode(header) + "." + Base64URL.encode(claims)).utf8)
        return signed + Array(("." + signature(of: signed[...])).utf8)
    }

    private func signature(of bytes: ArraySlice<UInt8>) -> String {
        Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: bytes, using: SymmetricKey(data: secret))))
    }
}
