public import Edge
import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
public import NIOCore
import NIOPosix
public import ServiceLifecycle

/// The HTTP API, the browser client, and the edge's WebSocket, on one port.
///
/// The listener is ours and not hummingbird's: that one makes a task of every connection before it has said what it is,
/// which costs a WebSocket connection more than its handshake and its grant together. What turns out to be HTTP goes to
/// hummingbird's pipeline and router.
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
    /// The closure `onRunning` is called with the port once it listens.
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

    /// Serves until shutdown; requests under way are answered.
    ///
    /// - Throws: ``Edge/EdgeError`` when the address cannot be bound.
    public func run() async throws {
        let acceptor = HTTPAcceptor()
        let http = self.makeHTTPChannel()
        let server = try await self.bind(http, acceptor: acceptor)
        let port = server.localAddress?.port ?? self.address.port
        self.logger.info("listening for HTTP", metadata: ["host": "\(self.address.host)", "port": "\(port)"])
        await self.onRunning(port)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Ends by shutdown or by cancellation; both close.
                try? await gracefulShutdown()
                // Closing fails only where it was closed before.
                try? await server.close()
                acceptor.close()
                try? await Task.sleep(for: Self.grace)
            }
            group.addTask { await self.serve(acceptor, as: http) }
            // Either all connections have ended, or those that have not are ended.
            await group.next()
            group.cancelAll()
        }
    }

    /// How long connections have at shutdown to be answered; what waits for events is answered at once.
    private static let grace = Duration.seconds(2)

    /// Serves connections until no more come and all have ended.
    private func serve(_ acceptor: HTTPAcceptor, as http: HTTP1Channel) async {
        await withDiscardingTaskGroup { group in
            // Its end does not come before the acceptor is closed, so that no connection is left in it.
            for await connection in acceptor.connections {
                // Awaited by the group; there are no more than connections are let in.
                group.addTask {
                    await acceptor.serve(connection) { await http.handle(value: $0, logger: self.logger) }
                }
            }
        }
    }

    private func bind(
        _ http: HTTP1Channel,
        acceptor: HTTPAcceptor
    ) async throws -> any NIOCore.Channel {
        let hub = self.hub
        let logger = self.logger
        do {
            return try await ServerBootstrap(group: self.group)
                .serverChannelOption(.backlog, value: 4096)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.maxMessagesPerRead, value: 64)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let chooser = ProtocolChooser(hub: hub, http: http, acceptor: acceptor, logger: logger)
                        try channel.pipeline.syncOperations.addHandler(chooser)
                    }
                }
                .bind(host: self.address.host, port: self.address.port).get()
        } catch {
            throw EdgeError(listeningOn: self.address.host, port: self.address.port, underlying: error)
        }
    }

    /// Hummingbird's HTTP/1.1 with the API's router behind it.
    private func makeHTTPChannel() -> HTTP1Channel {
        let responder = self.api.makeResponder()
        let logger = self.logger
        let date = HTTPDate()
        // The request guard answers where the parser only closes.
        let configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [RequestProgress()],
            idleTimeout: .seconds(75),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: RequestGuard.maximumHead,
                maxHeaderListSize: RequestGuard.maximumHead,
                maxHeaderFieldCount: 1000
            )
        )
        return HTTP1Channel(
            responder: { request, writer, channel in
                let context = BridgeRequestContext(connection: channel, logger: logger)
                var response = try await responder.respond(to: request, context: context)
                response.headers[.date] = date.now
                // NIO's parser stops behind a request that asks for an upgrade, and a body that nobody wants shall not be
                // read to its end.
                let isLast = request.headers[.upgrade] != nil || response.headers[.connection] == "close"
                if isLast { response.headers[.connection] = "close" }
                try await writer.write(response: response.head, body: response.body)
                if isLast { throw LastResponse() }
            },
            configuration: configuration
        )
    }
}

/// Has hummingbird close a connection whose response said so.
private struct LastResponse: Error {}

extension BridgeHTTPServer: CustomStringConvertible {
    /// The address; service groups log their services, and keys shall not get there.
    public var description: String { "BridgeHTTPServer(\(self.address.host):\(self.address.port))" }
}
