public import Logging
public import NIOCore
import NIOPosix
public import ServiceLifecycle

/// Accepts MQTT clients over TCP.
public struct TCPListener: Service {
    private let host: String
    private let port: Int
    private let hub: Hub
    private let group: any EventLoopGroup
    private let logger: Logger
    private let onRunning: @Sendable (Int) async -> Void

    /// Creates a listener.
    ///
    /// Port 0 lets the system choose; `onRunning` is called with the port once it listens.
    public init(
        host: String,
        port: Int,
        hub: Hub,
        group: any EventLoopGroup,
        logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        self.hub = hub
        self.group = group
        self.logger = logger
        self.onRunning = onRunning
    }

    /// Accepts until shutdown; then every connection of the hub is told and closed.
    ///
    /// - Throws: ``EdgeError`` when the address cannot be bound.
    public func run() async throws {
        let hub = self.hub
        let server: any Channel
        do {
            server = try await ServerBootstrap(group: self.group)
                .serverChannelOption(.backlog, value: 4096)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.maxMessagesPerRead, value: 64)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try hub.adoptTCP(channel) }
                }
                .bind(host: self.host, port: self.port).get()
        } catch {
            throw EdgeError(listeningOn: self.host, port: self.port, underlying: error)
        }
        let port = server.localAddress?.port ?? self.port
        self.logger.info(
            "listening for MQTT over TCP", metadata: [LogKey.host: "\(self.host)", LogKey.port: "\(port)"])
        await self.onRunning(port)
        // Ends by shutdown or by cancellation; both close.
        try? await gracefulShutdown()
        try? await server.close()
        await self.hub.closeAll()
    }
}

extension TCPListener: CustomStringConvertible {
    /// The address; service groups log their services.
    public var description: String { "TCPListener(\(self.host):\(self.port))" }
}
