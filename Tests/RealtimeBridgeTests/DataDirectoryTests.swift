import BridgeHTTP
import Foundation
import Realtime
import Testing

@testable import RealtimeBridge

@Suite struct DataDirectoryTests {
    /// Runs a body with a folder that does not exist yet, and takes it away afterwards.
    private func withFolder(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path + "/data")
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func onlyTheOwnerMayReadIt() throws {
        try self.withFolder { path in
            let created = try DataDirectory(path: path).create(site: try SiteName("demo"))
            #expect(created.configurationPath == path + "/bridge.yaml")
            #expect(try self.mode(path) == 0o700)
            #expect(try self.mode(path + "/broker") == 0o700)
            #expect(try self.mode(path + "/bridge.yaml") == 0o600)
            #expect(try self.mode(path + "/broker/accounts.yaml") == 0o600)
        }
    }

    @Test(arguments: ["demo", "-", "1", "true", "null", "_", "--"])
    func whatIsMadeCanBeRead(_ site: String) throws {
        try self.withFolder { path in
            let directory = DataDirectory(path: path)
            let created = try directory.create(site: try SiteName(site))
            let configuration = try directory.load()
            #expect(configuration.site.rawValue == site)
            #expect(configuration.directory == path)
            #expect(configuration.grantKeys.map(\.kid) == ["k1", "s1"])
            #expect(configuration.brokerAccounts.isEmpty)
            let key = try #require(configuration.apiKeys.first)
            #expect(key.roles == Set(APIKey.Role.allCases))
            #expect(created.apiKey.hasPrefix("rtb_"))
            // Only the key's digest is kept.
            let text = try String(contentsOfFile: created.configurationPath, encoding: .utf8)
            #expect(!text.contains(created.apiKey))
            let digest = APIKey.digest(of: created.apiKey).map { String(format: "%02x", $0) }.joined()
            #expect(text.contains(digest))
        }
    }

    @Test func whatIsThereIsNotOverwritten() throws {
        try self.withFolder { path in
            let directory = DataDirectory(path: path)
            let created = try directory.create(site: try SiteName("demo"))
            let text = try String(contentsOfFile: created.configurationPath, encoding: .utf8)
            let error = #expect(throws: RealtimeError.self) { try directory.create(site: try SiteName("other")) }
            #expect(error?.code == .configurationInvalid)
            #expect(try String(contentsOfFile: created.configurationPath, encoding: .utf8) == text)
        }
    }

    @Test func keysAreMadeAnew() throws {
        var texts: Set<String> = []
        var keys: Set<String> = []
        for _ in 0..<2 {
            try self.withFolder { path in
                let created = try DataDirectory(path: path).create(site: try SiteName("demo"))
                keys.insert(created.apiKey)
                texts.formUnion(
                    try String(contentsOfFile: created.configurationPath, encoding: .utf8).split(separator: "\n")
                        .map(String.init).filter { $0.contains("secret:") || $0.contains("channel:") }
                )
            }
        }
        #expect(keys.count == 2)
        #expect(texts.count == 6)
    }

    @Test func withoutAConfigurationItSaysWhatMakesOne() throws {
        try self.withFolder { path in
            let error = #expect(throws: RealtimeError.self) { try DataDirectory(path: path).load() }
            #expect(error?.code == .configurationInvalid)
            #expect(error?.message.contains("init") == true)
        }
    }

    @Test func accountsOfTheBrokerAreRead() throws {
        try self.withFolder { path in
            let directory = DataDirectory(path: path)
            _ = try directory.create(site: try SiteName("demo"))
            let accounts = path + "/broker/accounts.yaml"
            try Data(#"accounts: [{ name: shop, role: service, password: "correct horse" }]"#.utf8)
                .write(to: URL(fileURLWithPath: accounts))
            #expect(try directory.load().brokerAccounts.map(\.name) == ["shop"])
            for bad in ["password: short", "password: \"correct horse\", role: god", "pass: \"correct horse\""] {
                let text = "accounts: [{ name: shop, role: service, \(bad) }]"
                try Data(text.utf8).write(to: URL(fileURLWithPath: accounts))
                let error = #expect(throws: RealtimeError.self) { try directory.load() }
                #expect(error?.code == .configurationInvalid)
                #expect(error?.message.contains("horse") == false)
            }
        }
    }

    @Test func aFolderHasOneBridge() throws {
        try self.withFolder { path in
            _ = try DataDirectory(path: path).create(site: try SiteName("demo"))
            let first = try DirectoryLock(path)
            #expect(throws: RealtimeError(.configurationInvalid, "\(path): another bridge runs on this folder")) {
                try DirectoryLock(path)
            }
            first.release()
            try DirectoryLock(path).release()
        }
    }
}
