import BridgeHTTP
import Realtime

extension Configuration {
    static func grantKeys(in keys: inout ConfigurationSection) throws(RealtimeError) -> [GrantKey] {
        var grantKeys: [GrantKey] = []
        for var key in try keys.sections("grants") {
            let kid = try key.require("kid")
            let algorithm: GrantKey.Algorithm
            switch try key.require("alg") {
            case "HS256":
                algorithm = .hs256(secret: try key.base64("secret"))
            case "EdDSA":
                let publicKey = try key.base64("public")
                algorithm = .ed25519(public: publicKey, private: try key.optionalBase64("private"))
            default:
                throw key.error("alg", "must be HS256 or EdDSA")
            }
            var roles: Set<Role> = [.client, .device]
            if let names = try key.strings("roles") {
                roles = []
                for name in names {
                    guard let role = Role(rawValue: name) else {
                        throw key.error("roles", "may name client, device and service")
                    }
                    roles.insert(role)
                }
            }
            let components = try key.components("components")
            try key.finish()
            grantKeys.append(try GrantKey(kid: kid, roles: roles, components: components, algorithm: algorithm))
        }
        return grantKeys
    }

    static func apiKeys(in file: inout ConfigurationSection) throws(RealtimeError) -> [APIKey] {
        var apiKeys: [APIKey] = []
        for var key in try file.sections("api_keys") {
            let name = try key.require("name")
            guard let digest = Hexadecimal.decode(try key.require("sha256")), digest.count == 32 else {
                throw key.error("sha256", "must be 64 hexadecimal digits")
            }
            var roles: Set<APIKey.Role> = []
            for role in try key.strings("roles") ?? [] {
                guard let role = APIKey.Role(rawValue: role) else {
                    throw key.error("roles", "may name grant, notify and admin")
                }
                roles.insert(role)
            }
            let components = try key.components("components").map(Set.init)
            try key.finish()
            apiKeys.append(APIKey(name: name, digest: digest, roles: roles, components: components))
        }
        return apiKeys
    }
}

extension ConfigurationSection {
    mutating func base64(_ name: String) throws(RealtimeError) -> [UInt8] {
        guard let bytes = try self.optionalBase64(name) else { throw self.error(name, "is missing") }
        return bytes
    }

    mutating func optionalBase64(_ name: String) throws(RealtimeError) -> [UInt8]? {
        guard let text = try self.string(name) else { return nil }
        guard let bytes = Base64.decode(text) else { throw self.error(name, "must be base64") }
        return bytes
    }

    mutating func components(_ name: String) throws(RealtimeError) -> [ComponentName]? {
        guard let names = try self.strings(name) else { return nil }
        var components: [ComponentName] = []
        for text in names {
            guard let component = try? ComponentName(text) else {
                throw self.error(name, "must be names of components, such as mod_quiz")
            }
            components.append(component)
        }
        return components
    }
}
