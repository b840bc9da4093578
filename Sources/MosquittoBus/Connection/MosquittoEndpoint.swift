/// Where a broker listens.
public enum MosquittoEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// MQTT over TCP.
    case tcp(host: String, port: Int)
    /// MQTT over TLS; the certificate must name the host. `certificateAuthorities` is a file of PEM certificates, nil
    /// for the system's own.
    case tls(host: String, port: Int, certificateAuthorities: String?)
    /// MQTT over a Unix socket, at most about 107 bytes long.
    case unixSocket(path: String)

    /// The endpoint for logs.
    public var description: String {
        switch self {
        case .tcp(let host, let port): "mqtt://\(host):\(port)"
        case .tls(let host, let port, _): "mqtts://\(host):\(port)"
        case .unixSocket(let path): path
        }
    }
}
