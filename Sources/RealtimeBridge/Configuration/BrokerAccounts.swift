import Foundation
import MosquittoBus
import Realtime
import Yams

/// The accounts of the embedded broker, in `DIR/broker/accounts.yaml`.
enum BrokerAccounts {
    /// A file without accounts.
    static let template = """
        # Accounts on the embedded broker. The bridge reads this file when it starts.
        #   service: publishes to rt/{site}/notify/{name}/{request}, answered on rt/{site}/reply/{name}/{request};
        #            with components, it answers their jobs: rt/{site}/work/{component}/{job}
        #   reader:  reads the events of the channels named, by hash
        accounts: []
        #  - { name: shop, role: service, password: "at least 12 characters" }
        #  - { name: grader, role: service, password: "at least 12 characters", components: [mod_quiz] }
        #  - { name: board, role: reader, password: "at least 12 characters", channels: [gzlFP5ds6BbedNfmyA9NCaDMVic] }

        """

    private static let minimumPassword = 12

    /// Reads the file; without one there are no accounts.
    static func read(from path: String) throws(RealtimeError) -> [BrokerAccount] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let node: Node?
        do {
            node = try Yams.compose(yaml: try DataDirectory.read(path))
        } catch {
            throw RealtimeError(.configurationInvalid, "broker/accounts.yaml is not valid YAML")
        }
        guard let node else { return [] }
        var file = try ConfigurationSection(node, path: "")
        var accounts: [BrokerAccount] = []
        for var section in try file.sections("accounts") {
            let name = try section.require("name")
            let password = try section.require("password")
            guard password.utf8.count >= self.minimumPassword else {
                throw section.error("password", "must have at least \(self.minimumPassword) characters")
            }
            let role: BrokerAccount.Role
            switch try section.require("role") {
            case "service": role = .service(components: try self.components(of: &section))
            case "reader": role = .reader(try self.channels(of: &section))
            default: throw section.error("role", "must be service or reader")
            }
            try section.finish()
            do {
                accounts.append(try BrokerAccount(name: name, password: password, role: role))
            } catch {
                throw section.error("name", "\(error)")
            }
        }
        try file.finish()
        return accounts
    }

    private static func components(of section: inout ConfigurationSection) throws(RealtimeError) -> [ComponentName] {
        var components: [ComponentName] = []
        for text in try section.strings("components") ?? [] {
            guard let name = try? ComponentName(text), !name.isReserved else {
                throw section.error("components", "must be names of components")
            }
            components.append(name)
        }
        return components
    }

    private static func channels(of section: inout ConfigurationSection) throws(RealtimeError) -> [ChannelHash] {
        var channels: [ChannelHash] = []
        for text in try section.strings("channels") ?? [] {
            guard let hash = ChannelHash(text) else { throw section.error("channels", "must be hashes of channels") }
            channels.append(hash)
        }
        return channels
    }
}
