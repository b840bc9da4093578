import MessageBus
import MosquittoBus
import Realtime

extension Configuration {
    mutating func readBroker(_ file: inout ConfigurationSection) throws(RealtimeError) {
        guard var broker = try file.section("broker") else { return }
        if var embedded = try broker.section("embedded") {
            let address = try embedded.address("listen")
            self.broker = .embedded(host: address?.host ?? "127.0.0.1", port: address?.port ?? 1885)
            try embedded.finish()
        }
        if let external = try Self.externalBroker(in: &broker) {
            if case .embedded = self.broker {
                throw broker.error("url", "the broker is the embedded one or another, not both")
            }
            self.broker = .external(external)
        }
        if let mirror = try broker.bool("mirror") { self.mirror = mirror }
        try broker.finish()
    }

    /// Reads `url` and `ca`; no error repeats the URL, which has a password.
    private static func externalBroker(
        in broker: inout ConfigurationSection
    ) throws(RealtimeError) -> MosquittoConfiguration? {
        let url = try broker.string("url")
        let authorities = try broker.string("ca")
        guard let url else {
            if authorities != nil { throw broker.error("ca", "belongs to an url of mqtts://") }
            return nil
        }
        var configuration: MosquittoConfiguration
        do throws(BusError) {
            configuration = try MosquittoConfiguration(url: url)
        } catch {
            throw broker.error("url", error.message)
        }
        guard let authorities else { return configuration }
        guard case .tls(let host, let port, _) = configuration.endpoint else {
            throw broker.error("ca", "belongs to an url of mqtts://")
        }
        configuration.endpoint = .tls(host: host, port: port, certificateAuthorities: authorities)
        return configuration
    }
}
