import Crypto

@testable import Realtime

/// Tokens as they are sent, and claims under a good signature, so that their checks are reached.
enum TokenFuzzing {
    private static let setting = TokenSetting()

    static func run(_ input: inout FuzzInput) {
        let mode = input.choice()
        let bytes = input.rest()
        switch mode {
        case UInt8(ascii: "1"): check(setting.token(claims: bytes, by: "k1"), key: setting.clientKey)
        case UInt8(ascii: "2"): check(setting.token(claims: bytes, by: "s1"), key: setting.serviceKey)
        case UInt8(ascii: "3"): check(setting.token(headerAndClaims: bytes), key: nil)
        default: check(bytes, key: nil)
        }
    }

    /// Whatever is accepted is signed, is by the rules, and can be signed again.
    private static func check(_ token: [UInt8], key: GrantKey?) {
        do throws(RealtimeError) {
            let grant = try setting.ring.verify(token: token, now: setting.now)
            precondition(setting.isSigned(token), "only what was signed is accepted")
            precondition(token.count <= Grant.maximumTokenBytes, "no token beyond the limit")
            if let key { checkRules(grant, key: key) }
            checkSigningAgain(grant)
        } catch {
            precondition(error.code == .grantInvalid || error.code == .grantExpired, "a refusal is the token's fault")
            precondition(error.message.utf8.count < 100, "a refusal does not repeat the token")
        }
    }

    private static func checkRules(_ grant: Grant, key: GrantKey) {
        precondition(grant.site == "demo", "of this site")
        precondition(grant.user.utf8.allSatisfy(ASCII.isLevelByte), "the user is a level")
        precondition((1...64).contains(grant.user.utf8.count), "the user is a level")
        precondition(grant.expiresAt > setting.now && grant.issuedAt <= setting.now + 30, "valid now")
        precondition(grant.expiresAt - grant.issuedAt <= 86_400, "for a day at most")
        precondition(key.roles.contains(grant.role), "the role is the key's to give")
        if let allowed = key.components {
            precondition(grant.components.allSatisfy(allowed.contains), "the components are the key's to give")
        }
        precondition(Set(grant.channels.map(\.hash)).count == grant.channels.count, "each channel once")
        precondition(grant.channels.count <= 120, "so many channels at most")
        precondition(grant.channels.allSatisfy { !$0.rights.isEmpty }, "every channel has a right")
    }

    private static func checkSigningAgain(_ grant: Grant) {
        do throws(RealtimeError) {
            let token = try setting.ring.sign(grant)
            let read = try setting.ring.verify(token: Array(token.utf8), now: setting.now)
            precondition(read == grant, "a grant is read as it was written")
        } catch {
            // What other programs write more tersely may be too long in our words.
            precondition(error.code == .limit, "a grant that was accepted can be signed")
        }
    }
}
