import BridgeHTTP
import Foundation
public import Realtime

/// The folder of everything that a bridge keeps: `DIR/bridge.yaml`, `DIR/broker`, its event log.
public struct DataDirectory: Sendable {
    /// What ``create(site:)`` has made.
    public struct Created: Sendable {
        /// An API key with all roles; only its digest is kept.
        public let apiKey: String
        /// Where the configuration is.
        public let configurationPath: String
    }

    /// The largest configuration file, in bytes.
    private static let maximumConfiguration = 1 << 20

    /// The folder's path.
    public let path: String

    /// Names a folder, which need not exist.
    public init(path: String) {
        self.path = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    /// Where the configuration is.
    public var configurationPath: String { self.path + "/bridge.yaml" }

    private var accountsPath: String { self.path + "/broker/accounts.yaml" }

    /// Makes the folder (0700) with a configuration and random keys (files 0600).
    ///
    /// - Throws: `configuration_invalid` when the folder cannot be made or has a configuration already.
    public func create(site: SiteName) throws(RealtimeError) -> Created {
        let apiKey = "rtb_" + Base64URL.encode([UInt8].random(count: 32))
        let yaml = Self.template(site: site, apiKeyDigest: Hexadecimal.encode(APIKey.digest(of: apiKey)))
        try self.makeFolder(self.path)
        try self.makeFolder(self.path + "/broker")
        try Self.write(yaml, to: self.configurationPath)
        if !FileManager.default.fileExists(atPath: self.accountsPath) {
            try Self.write(BrokerAccounts.template, to: self.accountsPath)
        }
        return Created(apiKey: apiKey, configurationPath: self.configurationPath)
    }

    /// Reads the configuration.
    ///
    /// - Throws: `configuration_invalid`, which names the setting.
    public func load() throws(RealtimeError) -> Configuration {
        var configuration = try Configuration(yaml: try Self.read(self.configurationPath))
        configuration.directory = self.path
        configuration.brokerAccounts = try BrokerAccounts.read(from: self.accountsPath)
        return configuration
    }

    static func read(_ path: String) throws(RealtimeError) -> String {
        guard let data = FileManager.default.contents(atPath: path), data.count <= Self.maximumConfiguration,
            let text = String(validating: data, as: UTF8.self)
        else { throw RealtimeError(.configurationInvalid, "\(path): cannot be read; `init` makes it") }
        return text
    }

    private func makeFolder(_ path: String) throws(RealtimeError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        } catch {
            throw RealtimeError(.configurationInvalid, "\(path): cannot be made")
        }
    }

    /// Writes a file that only its owner may read, and that did not exist.
    private static func write(_ text: String, to path: String) throws(RealtimeError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw RealtimeError(.configurationInvalid, "\(path): exists already, or cannot be written")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: Array(text.utf8))
        } catch {
            throw RealtimeError(.configurationInvalid, "\(path): cannot be written")
        }
    }

    private static func template(site: SiteName, apiKeyDigest: String) -> String {
        """
        # Realtime Bridge. Whoever can read this file can sign grants.
        site: "\(site)"
        listen: { http: 127.0.0.1:8080, mqtt: 127.0.0.1:1884 }
        # How pages reach the bridge, if not at listen.http:
        # public_url: https://realtime.example.org
        # Pages of other origins that may connect:
        origins: []
        broker:
          embedded: { listen: 127.0.0.1:1885 }   # for services, with the accounts in broker/accounts.yaml; or
          # url: mqtts://user:password@host:8883 # a broker that runs by itself; `ca` names its authorities' PEM file
          mirror: true
        log: { sqlite: events.sqlite, sync: normal }   # full: an acknowledged event survives a power cut as well
        retention: { time: 5m, events: 1000, bytes: 1GiB }
        keys:
          channel: \(Base64.encode([UInt8].random(count: 32)))
          grants:
            - { kid: k1, alg: HS256, secret: \(Base64.encode([UInt8].random(count: 32))), roles: [client, device] }   # may be shared with the application
            - { kid: s1, alg: HS256, secret: \(Base64.encode([UInt8].random(count: 32))), roles: [service] }          # stays here
        api_keys:
          - { name: app, sha256: \(apiKeyDigest), roles: [grant, notify, admin] }
        # Only what is named here is enabled. `areas` left out enables every area.
        components:
          mod_quiz: {}
        limits: { payload: 64KiB, upstream_per_second: 50, connections: 100000, outbound_bytes: 1MiB }

        """
    }
}
