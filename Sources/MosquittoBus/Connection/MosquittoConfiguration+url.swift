internal import Foundation
public import MessageBus

extension MosquittoConfiguration {
    /// Reads a broker's URL: `mqtt://user:password@host:1883`, `mqtts://…:8883` or `unix:///path`.
    ///
    /// User and password are percent-encoded (RFC 3986, section 2.1).
    ///
    /// - Throws: `configurationInvalid` for anything else; the message does not repeat the URL, which has a password.
    public init(url: String) throws(BusError) {
        // What is not encoded as it must be is refused: a `/` or `#` left as it is in a password would end the host.
        guard let parts = URLComponents(string: url, encodingInvalidCharacters: false), let scheme = parts.scheme,
            parts.query == nil, parts.fragment == nil, Self.isPrintable(parts.host ?? "")
        else {
            let rule = "special characters of a password are percent-encoded"
            throw BusError(.configurationInvalid, "a broker's address is a URL; \(rule)")
        }
        let isTLS = scheme.lowercased() == "mqtts"
        let port = parts.port ?? (isTLS ? 8883 : 1883)
        let endpoint: MosquittoEndpoint
        switch (scheme.lowercased(), parts.host ?? "") {
        case ("mqtt", let host) where !host.isEmpty && Self.hasNoPath(parts):
            endpoint = .tcp(host: Self.withoutBrackets(host), port: port)
        case ("mqtts", let host) where !host.isEmpty && Self.hasNoPath(parts):
            endpoint = .tls(host: Self.withoutBrackets(host), port: port, certificateAuthorities: nil)
        case ("unix", "") where !parts.path.isEmpty:
            endpoint = .unixSocket(path: parts.path)
        default:
            let forms = "mqtt://host:port, mqtts://host:port or unix:///path"
            throw BusError(.configurationInvalid, "a broker's URL is \(forms)")
        }
        guard (1...65_535).contains(port) else {
            throw BusError(.configurationInvalid, "the port of a broker's URL is 1 to 65535")
        }
        let user = try Self.text(parts.percentEncodedUser)
        let password = try Self.text(parts.percentEncodedPassword)
        guard password == nil || user?.isEmpty == false else {
            throw BusError(.configurationInvalid, "a broker's URL has a password for nobody")
        }
        self.init(endpoint: endpoint, username: user?.isEmpty == true ? nil : user, password: password)
    }

    /// Decodes a user or password.
    private static func text(_ encoded: String?) throws(BusError) -> String? {
        guard let encoded else { return nil }
        guard let text = encoded.removingPercentEncoding, Self.isPrintable(text) else {
            throw BusError(.configurationInvalid, "user and password of a broker's URL are percent-encoded UTF-8")
        }
        return text
    }

    /// Whether there are no control characters: the library would take a NUL for the end.
    private static func isPrintable(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 32 && $0 != 127 }
    }

    private static func hasNoPath(_ parts: URLComponents) -> Bool {
        parts.path.isEmpty || parts.path == "/"
    }

    private static func withoutBrackets(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }
}
