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
            return self.respond(error)
        } catch let error as MethodNotAllowed {
            var response = self.respond(RealtimeError(.methodNotAllowed, "this path serves \(error.allowed)"))
            response.headers[.allow] = error.allowed
            return response
        } catch is NIOTooManyBytesError {
            var response = self.respond(RealtimeError(.payloadTooLarge, "the body is larger than this call allows"))
            // The rest of the body will not be read.
            response.headers[.connection] = "close"
            return response
        } catch let error as HTTPError where error.status == .notFound {
            return self.respond(RealtimeError(.notFound, "there is no such call"))
        } catch let error as HTTPError {
            return self.respond(RealtimeError(.payloadInvalid, "the request is malformed"), status: error.status.code)
        }
    }

    private func respond(_ error: RealtimeError, status: Int? = nil) -> Response {
        self.refused(error.code)
        let status = status ?? Self.status(of: error.code)
        var headers: HTTPFields = [.contentType: Problem.mediaType]
        if error.code == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        return Response(
            status: HTTPResponse.Status(code: status),
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: Problem(status: status, error: error).encode()))
        )
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
