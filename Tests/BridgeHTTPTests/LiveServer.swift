import Edge
import Logging
import NIOCore
import NIOPosix
import Realtime
import ServiceLifecycle
import Testing

@testable import BridgeHTTP

/// The bridge's own HTTP server on a socket, with the routes of a fixture.
enum LiveServer {
    /// Nobody's grant is good at the edge.
    private struct Nobody: EdgeDelegate {
        func authenticate(token: ByteBuffer) throws(RealtimeError) -> Grant {
            throw RealtimeError(.grantInvalid, "nobody")
        }

        func ingest(_ messages: [IngestedMessage], completion: @escaping @Sendable ([IngestResult]) -> Void) {
            let error = RealtimeError(.logUnavailable, "nobody")
            completion(messages.indices.map { IngestResult(index: $0, result: .failure(error)) })
        }

        func read(
            _ channel: ChannelHash,
            from start: Cursor.Start,
            limit: ReplayLimit,
            completion: @escaping @Sendable (Result<ReplayPage, RealtimeError>) -> Void
        ) {
            completion(.failure(RealtimeError(.logUnavailable, "nobody")))
        }

        func upstream(_ message: UpstreamMessage, from sender: ReplyTarget) {}
        func notify(
            account: String,
            request: String,
            body: [UInt8],
            components: Set<ComponentName>,
            from sender: ReplyTarget
        ) {}
    }

    /// Serves for the time of the body, which gets the port and may shut the server down before its own end.
    static func run<Value: Sendable>(
        _ fixture: APIFixture,
        _ body: (_ port: Int, _ shutDown: @escaping @Sendable () async -> Void) async throws -> Value
    ) async throws -> Value {
        let group = MultiThreadedEventLoopGroup.singleton
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let hub = try await Hub(
            configuration: EdgeConfiguration(site: try SiteName("demo")),
            group: group,
            node: "node",
            delegate: Nobody(),
            metrics: fixture.edgeMetrics,
            logger: logger
        )
        let (ports, running) = AsyncStream.makeStream(of: Int.self)
        let server = BridgeHTTPServer(
            address: BridgeHTTPServer.Address(host: "127.0.0.1", port: 0),
            hub: hub,
            api: fixture.api,
            group: group,
            logger: logger,
            onRunning: { running.yield($0) }
        )
        let services = ServiceGroup(services: [server], logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await services.run() }
            var port = ports.makeAsyncIterator()
            let result: Result<Value, any Error>
            do {
                result = .success(
                    try await body(try #require(await port.next())) { await services.triggerGracefulShutdown() })
            } catch {
                result = .failure(error)
            }
            await services.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return try result.get()
        }
    }
}
