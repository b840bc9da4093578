import Hummingbird
import NIOCore

/// What a route knows of a request's connection.
struct BridgeRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The peer's address, a proxy's where there is one.
    let remoteAddress: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.remoteAddress = source.channel.remoteAddress
    }

    /// Whether the peer is on this machine.
    var isLoopback: Bool {
        switch self.remoteAddress {
        case .v4:
            return self.remoteAddress?.ipAddress?.hasPrefix("127.") == true
        case .v6:
            return self.remoteAddress?.ipAddress == "::1"
        case .unixDomainSocket, nil:
            return false
        }
    }
}
