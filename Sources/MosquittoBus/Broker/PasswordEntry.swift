internal import Crypto
internal import Foundation
import Realtime

/// A line of mosquitto's password file: `name:$7$iterations$salt$hash`.
///
/// The hash is PBKDF2 with HMAC-SHA512 (RFC 8018, section 5.2). It is made here and not by `mosquitto_passwd`, so that
/// no password lies on the disk even for a moment and a tool less is needed.
struct PasswordEntry {
    /// As many as `mosquitto_passwd` uses; the broker repeats them at every log-in.
    private static let iterations = 101

    /// The line, without a line break.
    let line: String

    init(name: String, password: String) {
        let salt = [UInt8].random(count: 12)
        let hash = Self.derive(password: Array(password.utf8), salt: salt, iterations: Self.iterations)
        let (salt64, hash64) = (Data(salt).base64EncodedString(), Data(hash).base64EncodedString())
        self.line = "\(name):$7$\(Self.iterations)$\(salt64)$\(hash64)"
    }

    /// The first block of PBKDF2, 64 bytes: all that mosquitto asks for.
    static func derive(password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        let key = SymmetricKey(data: password)
        var block = Array(HMAC<SHA512>.authenticationCode(for: salt + [0, 0, 0, 1], using: key))
        var result = block
        for _ in 1..<max(iterations, 1) {
            block = Array(HMAC<SHA512>.authenticationCode(for: block, using: key))
            for index in result.indices { result[index] ^= block[index] }
        }
        return result
    }
}
