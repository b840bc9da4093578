import Hummingbird
import NIOCore
import Realtime

extension BridgeAPI {
    /// Answers `GET /client/realtime.js`.
    @Sendable
    func getModule(_ request: Request, context: BridgeRequestContext) async throws -> Response {
        self.javascript(BrowserClient.module, for: request)
    }

    /// Answers `GET /client/realtime.global.js`.
    @Sendable
    func getScript(_ request: Request, context: BridgeRequestContext) async throws -> Response {
        self.javascript(BrowserClient.script, for: request)
    }

    /// Answers `GET /mqtt` on a connection that has carried HTTP already.
    ///
    /// The edge takes a connection by its first bytes; a proxy must open a new one for a WebSocket.
    @Sendable
    func getEdge(_ request: Request, context: BridgeRequestContext) async throws -> Response {
        let error = RealtimeError(.methodNotAllowed, "a WebSocket needs a connection that has carried nothing else")
        return Response(
            status: .upgradeRequired,
            headers: [.contentType: Problem.mediaType, .upgrade: "websocket", .connection: "close"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: Problem(status: 426, error: error).encode()))
        )
    }

    private func javascript(_ source: [UInt8], for request: Request) -> Response {
        var response = Response(
            status: .ok,
            headers: [.contentType: "text/javascript; charset=utf-8", .cacheControl: "no-cache"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: source))
        )
        self.origins.mark(&response, for: request)
        return response
    }
}
