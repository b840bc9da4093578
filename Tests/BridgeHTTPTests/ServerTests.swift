import Edge
import Logging
import NIOCore
import NIOPosix
import Realtime
import ServiceLifecycle
import Testing

@testable import BridgeHTTP

/// One port for HTTP and for the edge, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct ServerTests {
    /// Nobody's grant is good.
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

    /// The first line that the server answers to some pieces of bytes.
    private func firstLine(of pieces: [String]) async throws -> String {
        let group = MultiThreadedEventLoopGroup.singleton
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let fixture = try APIFixture()
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
            let line = try await Self.exchange(pieces, port: try #require(await port.next()), group: group)
            await services.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return line
        }
    }

    private static func exchange(
        _ pieces: [String],
        port: Int,
        group: MultiThreadedEventLoopGroup
    ) async throws -> String {
        let channel = try await ClientBootstrap(group: group)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            for piece in pieces {
                try await outbound.write(ByteBuffer(string: piece))
            }
            var text = ""
            for try await bytes in inbound {
                text += String(buffer: bytes)
                if let end = text.firstIndex(where: \.isNewline) { return String(text[..<end]) }
            }
            return text
        }
    }

    @Test func otherPathsAreHTTP() async throws {
        let request = "GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        #expect(try await self.firstLine(of: [request]) == "HTTP/1.1 200 OK")
    }

    @Test func theEdgeHasItsPath() async throws {
        let head = """
            GET /mqtt HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r
            Sec-WebSocket-Protocol: mqtt\r\n\r\n
            """
        #expect(try await self.firstLine(of: [head]) == "HTTP/1.1 101 Switching Protocols")
        #expect(try await self.firstLine(of: head.map(String.init)) == "HTTP/1.1 101 Switching Protocols")
    }

    @Test func pathsThatOnlyBeginLikeItAreHTTP() async throws {
        let request = "GET /mqttx HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        #expect(try await self.firstLine(of: [request]) == "HTTP/1.1 404 Not Found")
        let query = "GET /mqtt?a=b HTTP/1.1\r\nHost: h\r\n\r\n"
        #expect(try await self.firstLine(of: [query]) == "HTTP/1.1 426 Upgrade Required")
    }
}
