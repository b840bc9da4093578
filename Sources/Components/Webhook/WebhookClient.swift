import AsyncHTTPClient
public import NIOCore
import NIOHTTP1
public import Realtime

/// Calls components' webhooks: signed requests, kept connections, bounded answers.
///
/// A call has no time-out of its own but for connecting: cancelling its task ends it and closes its connection.
/// Redirects are not followed, variables such as `https_proxy` not read, and each connection's address is checked.
public final class WebhookClient: Sendable {
    /// How much longer than its payload an answer's body may be.
    static let envelopeAllowance = 1024

    /// Gives the time in Unix seconds.
    public typealias Clock = @Sendable () -> Int64

    private let secure: HTTPClient
    private let plain: HTTPClient
    private let site: SiteName
    private let replyLimit: Int
    private let clock: Clock

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - group: Where its connections run.
    ///   - site: The site that requests name.
    ///   - connectionsPerHost: How many connections to one host may be open at once; further calls wait for one.
    ///   - replyLimit: How many bytes a reply's payload may have.
    ///   - connectTimeout: How long connecting, or waiting for a free connection, may take.
    ///   - clock: The time in Unix seconds, for `webhook-timestamp`.
    public convenience init(
        group: any EventLoopGroup,
        site: SiteName,
        connectionsPerHost: Int = 64,
        replyLimit: Int = 65536,
        connectTimeout: Duration = .seconds(2),
        clock: @escaping Clock
    ) {
        self.init(
            group: group,
            site: site,
            connectionsPerHost: connectionsPerHost,
            replyLimit: replyLimit,
            connectTimeout: connectTimeout,
            plainRule: .loopback,
            clock: clock
        )
    }

    /// Creates a client with another rule for plain connections, for tests.
    init(
        group: any EventLoopGroup,
        site: SiteName,
        connectionsPerHost: Int,
        replyLimit: Int,
        connectTimeout: Duration,
        plainRule: ConnectRule,
        clock: @escaping Clock
    ) {
        let make = { (rule: ConnectRule) in
            Self.makeClient(
                group: group,
                rule: rule,
                connections: connectionsPerHost,
                timeout: TimeAmount(connectTimeout)
            )
        }
        self.secure = make(.routed)
        self.plain = make(plainRule)
        self.site = site
        self.replyLimit = replyLimit
        self.clock = clock
    }

    /// Has a webhook answer an upstream message.
    ///
    /// - Returns: The answer's body; `null` where it is empty.
    /// - Throws: ``CallbackUnanswered`` where asking again may help, ``WebhookError`` where it does not, and
    ///   `CancellationError` when the task is cancelled.
    public func call(_ request: ComponentRequest, settings: WebhookSettings) async throws -> EventPayload {
        let body = try await self.post(request.json(site: self.site), id: request.id, settings: settings)
        guard !body.isEmpty else { return EventPayload(stored: Array("null".utf8)) }
        do throws(RealtimeError) {
            return try EventPayload(json: body, limit: self.replyLimit)
        } catch {
            throw WebhookError(error.code == .payloadTooLarge ? .tooLarge : .notJSON)
        }
    }

    /// Has a webhook decide about published data.
    ///
    /// - Throws: As ``call(_:settings:)``; an answer that is not a verdict is a ``WebhookError``.
    public func ingest(_ request: IngestRequest, settings: WebhookSettings) async throws -> IngestVerdict {
        let body = try await self.post(request.webhookBody(site: self.site), id: request.id, settings: settings)
        return try IngestVerdict(webhookBody: body, limit: self.replyLimit)
    }

    /// Ends calls under way and closes the connections; later calls fail.
    public func shutdown() async {
        // The one error there can be says that it was done before.
        try? await self.secure.shutdown()
        try? await self.plain.shutdown()
    }

    private func post(_ body: [UInt8], id: String, settings: WebhookSettings) async throws -> [UInt8] {
        try Task.checkCancellation()
        let timestamp = self.clock()
        var request = settings.template
        request.headers.reserveCapacity(8)
        request.headers.add(name: "webhook-id", value: id)
        request.headers.add(name: "webhook-timestamp", value: String(timestamp))
        var signatures = settings.secrets[0].signature(id: id, timestamp: timestamp, body: body)
        for secret in settings.secrets.dropFirst() {
            signatures += " " + secret.signature(id: id, timestamp: timestamp, body: body)
        }
        request.headers.add(name: "webhook-signature", value: signatures)
        request.body = .byteBuffer(ByteBuffer(bytes: body))

        let isSecure = request.useTLS
        let exchange = WebhookExchange(limit: self.replyLimit + Self.envelopeAllowance)
        let task = (isSecure ? self.secure : self.plain).execute(request: request, delegate: exchange)
        do {
            try await withTaskCancellationHandler {
                try await task.futureResult.get()
            } onCancel: {
                task.cancel()
            }
        } catch {
            throw WebhookAnswer.error(for: error, received: exchange.received, isSecure: isSecure)
        }
        return try WebhookAnswer.body(of: exchange.received)
    }

    private static func makeClient(
        group: any EventLoopGroup,
        rule: ConnectRule,
        connections: Int,
        timeout: TimeAmount
    ) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: timeout),
            connectionPool: .init(
                idleTimeout: .seconds(30),
                concurrentHTTP1ConnectionsPerHostSoftLimit: connections
            ),
            proxy: nil,
            decompression: .disabled
        )
        configuration.httpVersion = .http1Only
        // Retries are the caller's, who knows the deadline.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.http1_1ConnectionDebugInitializer = { channel in
            if rule.allows(channel.remoteAddress) {
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(JoinedFlushHandler(), position: .first)
                }
            }
            // Only once the pool has heard of the failure: it takes a connection that closes while starting for a bug.
            channel.eventLoop.execute { channel.close(promise: nil) }
            return channel.eventLoop.makeFailedFuture(WebhookError(.address))
        }
        return HTTPClient(eventLoopGroup: group, configuration: configuration)
    }
}
