import Testing

/// One port for HTTP and for the edge, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct ServerTests {
    /// The first line that the server answers to some pieces of bytes.
    private func firstLine(of pieces: [String]) async throws -> String {
        try await LiveServer.run(try APIFixture()) { port, _ in
            try await RawPeer.connect(to: port) { peer in
                for piece in pieces { try await peer.send(piece) }
                return try await peer.line() ?? ""
            }
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
