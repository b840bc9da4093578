import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// Takes in the answer to one request, and stops reading where it gets too long.
final class WebhookExchange: HTTPClientResponseDelegate {
    typealias Response = Void

    /// What has come so far.
    struct Progress: Sendable {
        var isSent = false
        var head: HTTPResponseHead?
        var body = ByteBuffer()
    }

    /// How long the body of an answer that is no success may be for it to be read, so that the connection stays.
    private static let errorBodyLimit = 4096

    private let limit: Int
    private let progress = Mutex(Progress())

    /// Creates an exchange that takes at most `limit` bytes of body.
    init(limit: Int) {
        self.limit = limit
    }

    /// What has come; complete once the request is finished.
    var received: Progress { self.progress.withLock { $0 } }

    func didSendRequestHead(task: HTTPClient.Task<Void>, _ head: HTTPRequestHead) {
        self.progress.withLock { $0.isSent = true }
    }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        self.progress.withLock { $0.head = head }
        let announced = head.headers.first(name: "content-length").flatMap { Int($0) }
        let isWanted =
            (200..<300).contains(head.status.code)
            ? (announced ?? 0) <= self.limit : announced.map { $0 <= Self.errorBodyLimit } ?? false
        guard isWanted else { return task.eventLoop.makeFailedFuture(WebhookError(.tooLarge)) }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
        let fits = self.progress.withLock { progress in
            guard progress.body.readableBytes + part.readableBytes <= self.limit else { return false }
            if progress.body.readableBytes == 0 {
                progress.body = part
            } else {
                progress.body.writeImmutableBuffer(part)
            }
            return true
        }
        guard fits else { return task.eventLoop.makeFailedFuture(WebhookError(.tooLarge)) }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) {}
}
