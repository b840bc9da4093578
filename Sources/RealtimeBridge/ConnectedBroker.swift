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
        }
    }
}
