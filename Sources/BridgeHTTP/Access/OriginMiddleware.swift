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

    let origins: Origins
    let problems: ProblemMiddleware
    private let lines = RefusalLines()

    init(origins: Origins, problems: ProblemMiddleware) {
        self.origins = origins
        self.problems = problems
    }

    /// Whether a path is one that clients call.
    ///
    /// The router takes `//v1/poll/` for the same path.
    static func isOpen(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        return parts == ["v1", "poll"] || parts == ["v1", "stream"] || parts.starts(with: ["v1", "send"])
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
            let refused = RefusedOrigin(origin.unicodeScalars)
            self.lines.note(refused, logger: context.logger)
            var response = self.problems.respond(RealtimeError(.forbidden, refused.advice), to: request)
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
    private let limit = Mutex(LineLimit(perSecond: 2))

    func note(_ origin: RefusedOrigin, logger: Logger) {
        let now = NIODeadline.now().uptimeNanoseconds / 1_000_000_000
        guard case .write(let leftOut) = self.limit.withLock({ $0.take(now: now) }) else { return }
        logger.notice(
            "a page of another origin was refused",
            metadata: [
                "origin": "\(origin.name)", "leftOut": "\(leftOut)",
                "advice": "\(origin.advice)",
            ]
        )
    }
}
