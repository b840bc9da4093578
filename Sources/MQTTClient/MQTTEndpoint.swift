/// Where a server listens, and over which transport; without TLS.
public struct MQTTEndpoint: Sendable, Hashable {
    enum Transport: Sendable, Hashable {
        case tcp
        case webSocket(path: String, headers: [Header])
    }

    struct Header: Sendable, Hashable {
        let name: String
        let value: String
    }

    /// Host name or address, without brackets.
    public let host: String
    /// TCP port.
    public let port: Int
    let transport: Transport

    /// MQTT over TCP.
    public static func tcp(host: String, port: Int = 1883) -> MQTTEndpoint {
        MQTTEndpoint(host: host, port: port, transport: .tcp)
    }

    /// MQTT over WebSocket (MQTT 5 section 6); `headers` are added to the HTTP request.
    public static func webSocket(
        host: String, port: Int = 80, path: String = "/mqtt", headers: [(String, String)] = []
    ) -> MQTTEndpoint {
        let headers = headers.map { Header(name: $0.0, value: $0.1) }
        return MQTTEndpoint(host: host, port: port, transport: .webSocket(path: path, headers: headers))
    }

    private init(host: String, port: Int, transport: Transport) {
        self.host = host
        self.port = port
        self.transport = transport
    }
}

extension MQTTEndpoint {
    /// Reads `mqtt://host[:port]` or `ws://host[:port][/path]`; nil for anything else, TLS included.
    ///
    /// Ports default to 1883 and 80, the path to `/mqtt`; an IPv6 address stands in brackets.
    public init?(url: String) {
        guard let separator = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<separator.lowerBound].lowercased()
        let rest = url[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = String(rest.dropFirst(authority.count))
        guard let (host, port) = Self.split(authority) else { return nil }
        switch scheme {
        case "mqtt":
            guard path.isEmpty || path == "/" else { return nil }
            self = .tcp(host: host, port: port ?? 1883)
        case "ws":
            guard path.isEmpty || path.hasPrefix("/") else { return nil }
            self = .webSocket(host: host, port: port ?? 80, path: path.isEmpty ? "/mqtt" : path)
        default:
            return nil
        }
    }

    /// Host and port of an authority; user information is refused, since a URL is no place for secrets.
    private static func split(_ authority: Substring) -> (host: String, port: Int?)? {
        guard !authority.contains("@") else { return nil }
        let host: Substring
        var rest: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            rest = authority[authority.index(after: end)...]
        } else {
            host = authority.prefix { $0 != ":" }
            rest = authority.dropFirst(host.count)
        }
        guard !host.isEmpty else { return nil }
        guard !rest.isEmpty else { return (String(host), nil) }
        guard rest.removeFirst() == ":", rest.allSatisfy(\.isWholeNumber), let port = Int(rest), 1...65_535 ~= port
        else { return nil }
        return (String(host), port)
    }
}
