import Edge
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Realtime
import Synchronization

/// Lets pages of allowed origins use the calls that clients make (Fetch standard, CORS protocol), and no others.
///
/// It stands outside of ``ProblemMiddleware``, so that a page may read what it is refused with. Grants come in a header
/// that the page sets: credentials of the browser are never allowed.
struct OriginMiddleware: RouterMiddleware {
    typealias Context = BridgeRequestContext

    private static let methods = "GET, POST"
    private static let headers = "authorization, content-type, idempotency-key, last-event-id"
    /// How long a browser may keep an answer to its question, in seconds.
    private static let maximumAge = "600"

    /// What whoever is refused can do.
    static func advice(for origin: String) -> String {
        // A sandboxed frame, a file, a page reached by a redirect of another site: naming it would allow them all.
        origin == "null"
            ? "pages whose origin browsers hide may not connect, and \"origins\" cannot name them: serve the page over http"
                + " or https, outside of a sandboxed frame"
            : "pages of this origin may not connect: add it to \"origins\" in bridge.yaml"
    }

    let origins: Origins
    let problems: ProblemMiddleware
    private let lines = RefusalLines()

    init(origins: Origins, problems: ProblemMiddleware) {
        self.origins = origins
        self.problems = problems
    }

    /// Whether a path is one that clients call.
    static func isOpen(_ path: String) -> Bool {
        path == "/v1/poll" || path == "/v1/stream" || path.hasPrefix("/v1/send/")
    }

    func handle(
        _ request: Request,
        context: BridgeRequestContext,
        next: (Request, BridgeRequestContext) async throws -> Response
    ) async throws -> Response {
        guard Self.isOpen(request.uri.path) else { return try await next(request, context) }
        guard let origin = request.headers[.origin] else {
            // No page's: its grant alone decides. A page's answer must not be kept for it, nor the other way round.
            var response = try await next(request, context)
            self.origins.mark(&response, for: request)
            return response
        }
        guard self.origins.allows(origin) else {
            self.lines.note(origin, logger: context.logger)
            var response = self.problems.respond(RealtimeError(.forbidden, Self.advice(for: origin)), to: request)
            self.origins.mark(&response, for: request)
            return response
        }
        if request.method == .options { return self.preflight(request) }
        var response = try await next(request, context)
        self.origins.mark(&response, for: request)
        return response
    }

    private func preflight(_ request: Request) -> Response {
        var response = Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: Self.methods,
                .accessControlAllowHeaders: Self.headers,
                .accessControlMaxAge: Self.maximumAge,
            ]
        )
        self.origins.mark(&response, for: request)
        return response
    }
}

/// The lines about refused origins, few a second.
final class RefusalLines: Sendable {
    /// How much of an origin is written, in characters.
    private static let maximumLength = 200

    private let limit = Mutex(LineLimit(perSecond: 2))

    func note(_ origin: String, logger: Logger) {
        let now = NIODeadline.now().uptimeNanoseconds / 1_000_000_000
        guard case .write(let leftOut) = self.limit.withLock({ $0.take(now: now) }) else { return }
        // Origins are ASCII; whatever else somebody sends shall not reach a terminal.
        let text = origin.unicodeScalars.prefix(Self.maximumLength)
            .map { (0x21...0x7e).contains($0.value) ? Character($0) : "?" }
        logger.notice(
            "a page of another origin was refused",
            metadata: [
                "origin": "\(String(text))", "leftOut": "\(leftOut)",
                "advice": "\(OriginMiddleware.advice(for: origin))",
            ]
        )
    }
}
