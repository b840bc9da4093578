import Hummingbird
import NIOCore
import Realtime

/// Turns errors into `application/problem+json` with a code of the contract.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = BridgeRequestContext

    let refused: @Sendable (RealtimeError.Code) -> Void

    func handle(
        _ request: Request,
        context: BridgeRequestContext,
        next: (Request, BridgeRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as RealtimeError {
            return self.respond(error, to: request)
        } catch let error as MethodNotAllowed {
            var response = self.respond(
                RealtimeError(.methodNotAllowed, "this path serves \(error.allowed)"),
                to: request
            )
            response.headers[.allow] = error.allowed
            return response
        } catch is NIOTooManyBytesError {
            return self.respond(
                RealtimeError(.payloadTooLarge, "the body is larger than this call allows"), to: request)
        } catch let error as HTTPError where error.status == .notFound {
            return self.respond(RealtimeError(.notFound, "there is no such call"), to: request)
        } catch let error as HTTPError {
            return self.respond(
                RealtimeError(.payloadInvalid, "the request is malformed"),
                to: request,
                status: error.status.code
            )
        }
    }

    /// A body up to this size is read to its end, so that the connection can be used again; in bytes.
    private static let maximumUnwanted = 64 * 1024

    /// Whether a request that is refused brings more than is worth reading.
    static func leavesMuch(_ request: Request) -> Bool {
        guard let length = request.headers[.contentLength] else {
            return request.headers[.transferEncoding] != nil
        }
        return (Int(length) ?? .max) > Self.maximumUnwanted
    }

    /// Answers with a problem, and counts it.
    func respond(_ error: RealtimeError, to request: Request, status: Int? = nil) -> Response {
        self.refused(error.code)
        let status = status ?? Self.status(of: error.code)
        var headers: HTTPFields = [.contentType: Problem.mediaType]
        if error.code == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        if Self.leavesMuch(request) { headers[.connection] = "close" }
        let response = Response(
            status: HTTPResponse.Status(code: status),
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: Problem(status: status, error: error).encode()))
        )
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// The HTTP status that comes nearest to a code of the contract.
    private static func status(of code: RealtimeError.Code) -> Int {
        switch code {
        case .unauthorized, .grantInvalid, .grantExpired, .grantRevoked: 401
        case .forbidden, .componentDisabled, .areaDisabled: 403
        case .notFound, .noCallback: 404
        case .methodNotAllowed: 405
        case .keyReused, .requestReused: 409
        case .payloadTooLarge: 413
        case .limit, .busy: 429
        case .callbackFailed: 502
        case .logUnavailable: 503
        case .timeout: 504
        default: 400
        }
    }
}
