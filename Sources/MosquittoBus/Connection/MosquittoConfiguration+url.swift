internal import Foundation
public import MessageBus

extension MosquittoConfiguration {
    /// Reads a broker's URL: `mqtt://user:password@host:1883`, `mqtts://…:8883` or `unix:///path`.
    ///
    /// - Throws: `configurationInvalid` for anything else; the message does not repeat the URL, which has a password.
    public init(url: String) throws(BusError) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme else {
            throw BusError(.configurationInvalid, "the broker's url is no URL")
        }
        let port = parts.port ?? (scheme == "mqtts" ? 8883 : 1883)
        let endpoint: MosquittoEndpoint
        switch (scheme, parts.host ?? "") {
        case ("mqtt", let host) where !host.isEmpty && Self.hasNoPath(parts):
            endpoint = .tcp(host: Self.withoutBrackets(host), port: port)
        case ("mqtts", let host) where !host.isEmpty && Self.hasNoPath(parts):
            endpoint = .tls(host: Self.withoutBrackets(host), port: port, certificateAuthorities: nil)
        case ("unix", "") where !parts.path.isEmpty:
            endpoint = .unixSocket(path: parts.path)
        default:
            let forms = "mqtt://host:port, mqtts://host:port or unix:///path"
            throw BusError(.configurationInvalid, "the broker's url is \(forms)")
        }
        guard (1...65_535).contains(port) else {
            throw BusError(.configurationInvalid, "the port of the broker's url is out of range")
        }
        self.init(endpoint: endpoint, username: parts.user, password: parts.password)
    }

    private static func hasNoPath(_ parts: URLComponents) -> Bool {
        parts.path.isEmpty || parts.path == "/"
    }

    private static func withoutBrackets(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }
}
