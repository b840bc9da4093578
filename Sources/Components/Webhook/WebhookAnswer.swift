import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Realtime

/// Tells an answer from what is none, and that from silence.
enum WebhookAnswer {
    /// The longest wait that a webhook may ask for.
    static let longestRetryAfter = 30

    /// The body of a whole answer; empty where it stands for `null`.
    ///
    /// - Throws: ``CallbackUnanswered`` or ``WebhookError``.
    static func body(of received: WebhookExchange.Progress) throws -> [UInt8] {
        guard let head = received.head else { throw CallbackUnanswered("no answer") }
        let status = Int(head.status.code)
        guard (200..<300).contains(status) else { throw Self.refusal(head) }
        guard status != 204, received.body.readableBytes > 0 else { return [] }
        guard let type = head.headers.first(name: "content-type"), Self.isJSON(type) else {
            throw WebhookError(.contentType, status: status)
        }
        return Array(received.body.readableBytesView)
    }

    /// What an exchange's failure means to the caller.
    static func error(for error: any Error, received: WebhookExchange.Progress, isSecure: Bool) -> any Error {
        if error as? HTTPClientError == .cancelled { return CancellationError() }
        if let head = received.head, !(200..<300).contains(head.status.code) { return Self.refusal(head) }
        let status = received.head.map { Int($0.status.code) }
        switch error {
        case let error as WebhookError: return WebhookError(error.code, status: status)
        case HTTPParserError.invalidEOFState: return CallbackUnanswered("the connection was closed")
        case is HTTPParserError: return WebhookError(.notHTTP, status: status)
        case let error as NIOConnectionError:
            let isUnknown = error.connectionErrors.isEmpty && (error.dnsAError != nil || error.dnsAAAAError != nil)
            return CallbackUnanswered(isUnknown ? "the host does not resolve" : "no connection")
        case is IOError, is ChannelError: return CallbackUnanswered("the connection failed")
        case let error as HTTPClientError: return Self.error(for: error)
        default:
            // What is left comes from TLS: a fault of names and certificates before anything was sent, else a
            // connection that broke.
            return isSecure && !received.isSent ? WebhookError(.tls) : CallbackUnanswered("the connection failed")
        }
    }

    /// Whether a content type is `application/json` or one of its kind (RFC 6839 section 3.1), with any parameters.
    static func isJSON(_ contentType: String) -> Bool {
        let type = contentType.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        let lowered = type.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return lowered.elementsEqual("application/json".utf8)
            || lowered.starts(with: "application/".utf8) && lowered.reversed().starts(with: "+json".utf8.reversed())
    }

    /// An answer that is no success: a gateway's silence, or the webhook's own word.
    private static func refusal(_ head: HTTPResponseHead) -> any Error {
        let status = Int(head.status.code)
        switch status {
        case 429, 502, 503, 504:
            return CallbackUnanswered("the webhook is not available", retryAfter: Self.retryAfter(head.headers))
        case 300..<400: return WebhookError(.redirect, status: status)
        default: return WebhookError(.status, status: status)
        }
    }

    /// `Retry-After` in seconds (RFC 9110 section 10.2.3); its form as a date is not heeded.
    private static func retryAfter(_ headers: HTTPHeaders) -> Duration? {
        guard let text = headers.first(name: "retry-after"), !text.isEmpty,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else {
            return nil
        }
        return .seconds(min(Int(text) ?? Self.longestRetryAfter, Self.longestRetryAfter))
    }

    private static func error(for error: HTTPClientError) -> any Error {
        switch error {
        case .connectTimeout, .tlsHandshakeTimeout: CallbackUnanswered("no connection in time")
        case .getConnectionFromPoolTimeout: CallbackUnanswered("no free connection in time")
        case .remoteConnectionClosed, .uncleanShutdown: CallbackUnanswered("the connection was closed")
        case .alreadyShutdown: CancellationError()
        default: WebhookError(.request)
        }
    }
}
