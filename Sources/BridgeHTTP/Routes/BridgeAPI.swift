public import BridgeCore
public import Edge
import HTTPTypes
import Hummingbird
import NIOCore
import Realtime

/// The routes of the HTTP API and what they need.
public struct BridgeAPI: Sendable {
    let issuer: GrantIssuer
    let notifier: Notifier
    let pulls: PullService
    let upstream: UpstreamAccess
    let keys: APIKeyRing
    let origins: Origins
    let status: BridgeStatus
    let edgeMetrics: EdgeMetrics
    let metrics: BridgeMetrics
    /// The largest payload of one event, in bytes.
    let payloadLimit: Int
    let pages: [Page]

    /// Creates the API.
    ///
    /// The `payloadLimit` is the largest payload of one event, in bytes; `pages` are further ones, such as the demo's.
    public init(
        issuer: GrantIssuer,
        notifier: Notifier,
        pulls: PullService,
        upstream: UpstreamAccess,
        keys: APIKeyRing,
        origins: Origins,
        status: BridgeStatus,
        edgeMetrics: EdgeMetrics,
        metrics: BridgeMetrics,
        payloadLimit: Int,
        pages: [Page] = []
    ) {
        self.issuer = issuer
        self.notifier = notifier
        self.pulls = pulls
        self.upstream = upstream
        self.keys = keys
        self.origins = origins
        self.status = status
        self.edgeMetrics = edgeMetrics
        self.metrics = metrics
        self.payloadLimit = payloadLimit
        self.pages = pages
    }

    typealias Handler = @Sendable (Request, BridgeRequestContext) async throws -> Response

    /// Builds what answers requests.
    func makeResponder() -> some HTTPResponder<BridgeRequestContext> {
        let router = Router(context: BridgeRequestContext.self)
        let metrics = self.edgeMetrics
        let problems = ProblemMiddleware(refused: { metrics.refused($0) })
        router.add(middleware: OriginMiddleware(origins: self.origins, problems: problems))
        router.add(middleware: problems)
        self.add("/v1/grants", [.post: self.postGrants], to: router)
        self.add("/v1/notify", [.post: self.postNotify], to: router)
        self.add("/v1/poll", [.post: self.postPoll], to: router)
        self.add("/v1/stream", [.get: self.getStream], to: router)
        self.add("/v1/send/:component", [.post: self.postSend], to: router)
        self.add("/mqtt", [.get: self.getEdge], to: router)
        self.add("/healthz", [.get: self.getHealth], to: router)
        self.add("/readyz", [.get: self.getReadiness], to: router)
        self.add("/metrics", [.get: self.getMetrics], to: router)
        for file in BrowserClient.files {
            self.add("/client/\(file.name)", [.get: self.getClient(file)], to: router)
            self.add("/client/:version/\(file.name)", [.get: self.getVersionedClient(file)], to: router)
        }
        for page in self.pages {
            self.add(
                page.path, [page.method == .get ? .get : .post: { request, _ in try await page.respond(to: request) }],
                to: router)
        }
        return router.buildResponder()
    }

    /// Adds a path; methods that it does not serve are answered 405 with those that it does (RFC 9110, 15.5.6).
    private func add(
        _ path: String,
        _ handlers: [HTTPRequest.Method: Handler],
        to router: Router<BridgeRequestContext>
    ) {
        var allowed = handlers.keys.map(\.rawValue)
        if handlers[.get] != nil { allowed.append(HTTPRequest.Method.head.rawValue) }
        let list = allowed.sorted().joined(separator: ", ")
        let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        for method in methods {
            router.on(RouterPath(path), method: method) { request, context -> Response in
                if let handler = handlers[method] {
                    return try await handler(request, context)
                }
                if method == .head, let handler = handlers[.get] {
                    return try await handler(request, context).createHeadResponse()
                }
                throw MethodNotAllowed(allowed: list)
            }
        }
    }

    /// Reads a whole body.
    static func body(of request: Request, limit: Int) async throws -> [UInt8] {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw NIOTooManyBytesError(maxBytes: limit)
        }
        var request = request
        return Array(try await request.collectBody(upTo: limit).readableBytesView)
    }

    /// A JSON response that nobody keeps.
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
