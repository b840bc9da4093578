import AsyncHTTPClient
import NIOHTTP1
public import Realtime

/// Where a component's webhook is, and what its requests are signed with.
public struct WebhookSettings: Sendable, CustomStringConvertible {
    /// The address that requests are posted to; may hold secrets, so it belongs in no log.
    public let url: String
    /// The secrets, the newest first; each gives a signature, so that receivers can change theirs in their own time.
    public let secrets: [WebhookSecret]
    /// What all requests have in common, parsed once.
    let template: HTTPClient.Request

    /// Checks and takes a webhook's settings.
    ///
    /// - Parameters:
    ///   - url: `https` with a host; `http` only where the host is `localhost` or a literal of 127.0.0.0/8 or `[::1]`.
    ///     Without user information and fragment.
    ///   - secrets: At least one, the newest first.
    /// - Throws: `configurationInvalid`; the message never holds the URL.
    public init(url: String, secrets: [WebhookSecret]) throws(RealtimeError) {
        guard !secrets.isEmpty else {
            throw RealtimeError(.configurationInvalid, "a webhook has at least one secret")
        }
        let location = try WebhookLocation(url)
        guard
            let template = try? HTTPClient.Request(
                url: url,
                method: .POST,
                headers: [
                    "content-type": "application/json",
                    "accept": "application/json",
                    "user-agent": "realtime-bridge",
                ]
            ),
            // What connects has to read the URL exactly as the check did.
            template.useTLS == location.isSecure,
            template.host.lowercased() == location.host.lowercased(),
            template.port == location.port ?? (location.isSecure ? 443 : 80)
        else {
            throw RealtimeError(.configurationInvalid, "a webhook's url is not valid")
        }
        self.url = url
        self.secrets = secrets
        self.template = template
    }

    /// Names the scheme and the host only.
    public var description: String {
        "WebhookSettings(\(self.template.scheme)://\(self.template.host), secrets: \(self.secrets.count))"
    }
}
