import Components
import Realtime

extension Configuration {
    /// What answers a component's messages, where a program that embeds the bridge does not do so itself.
    public enum Callback: Sendable {
        /// A `POST`, signed as Standard Webhooks prescribes.
        case webhook(WebhookSettings)
        /// MQTT workers, on the edge or behind the broker.
        case workers
    }

    /// Reads `callback` or `ingest`.
    static func callback(
        _ name: String,
        in section: inout ConfigurationSection
    ) throws(RealtimeError) -> Callback? {
        guard var callback = try section.section(name) else { return nil }
        let webhook = try callback.section("webhook")
        let workers = try callback.section("mqtt")
        try callback.finish()
        switch (webhook, workers) {
        case (var webhook?, nil):
            let url = try webhook.require("url")
            let secrets = try Self.secrets(in: &webhook)
            try webhook.finish()
            do throws(RealtimeError) {
                return .webhook(try WebhookSettings(url: url, secrets: secrets))
            } catch {
                throw webhook.error("url", error.message)
            }
        case (nil, let workers?):
            try workers.finish()
            return .workers
        default:
            throw section.error(name, "must be { webhook: { url: …, secret: whsec_… } } or { mqtt: {} }")
        }
    }

    /// One secret, or several while one takes the place of another: the first is the newest.
    private static func secrets(in webhook: inout ConfigurationSection) throws(RealtimeError) -> [WebhookSecret] {
        var texts = try webhook.strings("secrets") ?? []
        if let secret = try webhook.string("secret") { texts.insert(secret, at: 0) }
        guard (1...4).contains(texts.count) else { throw webhook.error("secret", "is missing; at most 4 secrets") }
        var secrets: [WebhookSecret] = []
        for text in texts {
            do throws(RealtimeError) {
                secrets.append(try WebhookSecret(text))
            } catch {
                throw webhook.error("secret", error.message)
            }
        }
        return secrets
    }
}

extension Configuration {
    /// Whether a component is answered by MQTT workers.
    var usesWorkers: Bool {
        self.callbacks.values.contains { if case .workers = $0 { true } else { false } }
    }

    /// The components that broker accounts may work for; `nil` where accounts are somebody else's.
    var brokerWorkers: Set<ComponentName>? {
        guard case .embedded = self.broker else { return nil }
        var all: Set<ComponentName> = []
        for case .service(let components) in self.brokerAccounts.map(\.role) { all.formUnion(components) }
        return all
    }
}
