import Hummingbird
import NIOCore

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
