public import BridgeCore
public import Edge
import Hummingbird
import HummingbirdCore
public import Logging
public import NIOCore
public import ServiceLifecycle

/// The HTTP API, the browser client, and the edge's WebSocket, on one port.
public struct BridgeHTTPServer: Service {
    /// Where it listens.
    public struct Address: Sendable, Hashable {
        /// A host name or an address.
        public var host: String
        /// A TCP port; 0 lets the system choose.
        public var port: Int

        /// Creates an address.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    private let address: Address
    private let hub: Hub
    private let api: BridgeAPI
    private let group: any EventLoopGroup
    private let logger: Logger
    private let onRunning: @Sendable (Int) async -> Void

    /// Creates a server.
    ///
    /// - Parameter onRunning: Called with the port once it listens.
    public init(
        address: Address,
        hub: Hub,
        api: BridgeAPI,
        group: any EventLoopGroup,
        logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.address = address
        self.hub = hub
        self.api = api
        self.group = group
        self.logger = logger
        self.onRunning = onRunning
    }

    /// Serves until shutdown.
    ///
    /// - Throws: What the system says when the address cannot be bound.
    public func run() async throws {
        let hub = self.hub
        let onRunning = self.onRunning
        // Requests of servers are few lines; only notify bodies are large, and those are bounded where they are read.
        let http = HTTP1Channel.Configuration(
            idleTimeout: .seconds(75),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16 * 1024,
                maxHeaderListSize: 32 * 1024,
                maxHeaderFieldCount: 100
            )
        )
        let application = Application(
            responder: self.api.makeResponder(),
            server: HTTPServerBuilder { responder in
                EdgeChannel(hub: hub, http: HTTP1Channel(responder: responder, configuration: http))
            },
            configuration: ApplicationConfiguration(
                address: .hostname(self.address.host, port: self.address.port),
                backlog: 4096
            ),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(self.group),
            logger: self.logger
        )
        try await application.run()
    }
}
