import Hummingbird
import Logging
import NIOCore

/// What a route knows of a request's connection.
struct BridgeRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The peer's address, a proxy's where there is one.
    let remoteAddress: SocketAddress?
    /// The connection, where it is one of the bridge's own server.
    private var connection: (any NIOCore.Channel)?

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.remoteAddress = source.channel.remoteAddress
    }

    /// A request on a connection of the bridge's own server, whose pipeline has ``RequestProgress``.
    init(connection: any NIOCore.Channel, logger: Logger) {
        self.init(source: .init(channel: connection, logger: logger))
        self.connection = connection
    }

    /// Who notices that the peer has gone.
    var peer: PeerWatch? {
        get async {
            guard let connection else { return nil }
            return try? await connection.eventLoop.submit {
                try connection.pipeline.syncOperations.handler(type: RequestProgress.self).peer
            }.get()
        }
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
