import Foundation
import Logging
import MessageBus
import MosquittoBus
import Realtime
import ServiceLifecycle

/// The bus to the broker, and what must run for it.
struct ConnectedBroker: Sendable {
    let bus: any Bus
    /// In the order of starting.
    let services: [any Service]
}

extension Configuration {
    /// Prepares the broker that is configured; `nil` where there is none.
    func makeBroker(logger: Logger) throws -> ConnectedBroker? {
        switch self.broker {
        case .none:
            return nil
        case .embedded(let host, let port):
            guard let directory = self.directory else {
                throw RealtimeError(.configurationInvalid, "broker.embedded: needs a data folder")
            }
            let mosquitto = try EmbeddedMosquitto(
                EmbeddedMosquittoConfiguration(
                    directory: directory + "/broker",
                    site: self.site,
                    host: host,
                    port: port,
                    accounts: self.brokerAccounts,
                    // The largest notify call, and room for its topic.
                    maximumPacketSize: (8 << 20) + 4096
                ),
                logger: logger
            )
            let bus = try MosquittoConnection(mosquitto.busConfiguration, logger: logger)
            return ConnectedBroker(bus: bus, services: [mosquitto, bus])
        case .external(let configuration):
            if !self.brokerAccounts.isEmpty {
                logger.warning("broker/accounts.yaml is for the embedded broker: another one has accounts of its own")
            }
            let bus = try MosquittoConnection(self.findingAuthorities(of: configuration), logger: logger)
            return ConnectedBroker(bus: bus, services: [bus])
        }
    }

    /// Finds the file of certificate authorities, which lies in the data folder where its path is relative.
    ///
    /// - Throws: `configuration_invalid` when it cannot be read: no attempt to connect could ever succeed.
    private func findingAuthorities(
        of configuration: MosquittoConfiguration
    ) throws(RealtimeError) -> MosquittoConfiguration {
        guard case .tls(let host, let port, let name?) = configuration.endpoint else { return configuration }
        let path = name.hasPrefix("/") ? name : (self.directory.map { $0 + "/" } ?? "") + name
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw RealtimeError(.configurationInvalid, "broker.ca: the file cannot be read")
        }
        var found = configuration
        found.endpoint = .tls(host: host, port: port, certificateAuthorities: path)
        return found
    }
}
