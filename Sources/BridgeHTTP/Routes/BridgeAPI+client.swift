import Hummingbird
import NIOCore
import Realtime

extension BridgeAPI {
    /// Answers `GET /client/{file}`: asked for anew each time, and named by a path that never has other contents.
    func getClient(_ file: ServedFile) -> Handler {
        let location = "/client/\(BrowserClient.version)/\(file.name)"
        return { request, _ in
            var response = file.respond(to: request, cacheControl: "no-cache", location: location)
            self.origins.mark(&response, for: request)
            return response
        }
    }

    /// Answers `GET /client/{version}/{file}`, which may be kept for good.
    func getVersionedClient(_ file: ServedFile) -> Handler {
        { request, context in
            guard context.parameters.get("version") == BrowserClient.version else {
                throw RealtimeError(.notFound, "the bridge has another version of the client: see /client/\(file.name)")
            }
            var response = file.respond(to: request, cacheControl: "public, max-age=31536000, immutable")
            self.origins.mark(&response, for: request)
            return response
        }
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
}
