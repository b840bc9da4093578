import Components
import Realtime

/// What a call ended with, so that tests can compare it.
enum WebhookOutcome: Sendable, Equatable {
    case reply(String)
    case unanswered(retryAfter: Duration?)
    case failed(WebhookError.Code, status: Int?)
    case cancelled
    case other(String)

    init(_ call: () async throws -> EventPayload) async {
        do {
            self = .reply(String(decoding: try await call().bytes, as: UTF8.self))
        } catch let error as CallbackUnanswered {
            self = .unanswered(retryAfter: error.retryAfter)
        } catch let error as WebhookError {
            self = .failed(error.code, status: error.status)
        } catch is CancellationError {
            self = .cancelled
        } catch {
            self = .other(String(reflecting: error))
        }
    }
}
