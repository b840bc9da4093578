public import Edge
public import EventLog
public import NIOCore
public import Realtime

/// What stands behind the edge: grants, the notifier and the components.
public struct EdgeServices: EdgeDelegate {
    private let verifier: GrantVerifier
    private let notifier: Notifier
    private let ingest: Ingest
    private let upstream: Upstream
    private let log: any EventLog
    private let payloadLimit: Int

    /// Creates the services.
    ///
    /// The `payloadLimit` is the largest payload, in bytes.
    public init(
        verifier: GrantVerifier,
        notifier: Notifier,
        ingest: Ingest,
        upstream: Upstream,
        log: any EventLog,
        payloadLimit: Int
    ) {
        self.verifier = verifier
        self.notifier = notifier
        self.ingest = ingest
        self.upstream = upstream
        self.log = log
        self.payloadLimit = payloadLimit
    }

    /// Verifies a token.
    ///
    /// - Throws: `grant_invalid` or `grant_expired`.
    public func authenticate(token: ByteBuffer) throws(RealtimeError) -> Grant {
        try self.verifier.verify(token)
    }

    /// Makes events of what clients published to `in` topics; each that is refused leaves the others as they are.
    public func ingest(_ messages: [IngestedMessage], completion: @escaping @Sendable ([IngestResult]) -> Void) {
        self.ingest.ingest(messages, completion: completion)
    }

    /// Reads a channel's events from the log.
    public func read(
        _ channel: ChannelHash,
        from start: Cursor.Start,
        limit: ReplayLimit,
        completion: @escaping @Sendable (Result<ReplayPage, RealtimeError>) -> Void
    ) {
        self.log.replay(channel, from: start, limit: limit, completion: completion)
    }

    /// Hands an upstream message to its component; a payload that is too large or no JSON is refused before that.
    public func upstream(_ message: UpstreamMessage, from sender: ReplyTarget) {
        self.upstream.submit(message, from: sender)
    }

    /// Executes a service's `notify` request; one that cannot be read is answered with the error.
    public func notify(
        account: String,
        request: String,
        body: [UInt8],
        components: Set<ComponentName>,
        from sender: ReplyTarget
    ) {
        self.notifier.execute(body, from: .account(account, components: components), limit: self.payloadLimit) {
            reply in
            sender.send(reply)
        }
    }
}

extension Notifier {
    /// Executes a `notify` request that came over MQTT, and answers in the form of a reply.
    func execute(
        _ body: [UInt8],
        from publisher: Publisher,
        limit: Int,
        completion: @escaping @Sendable ([UInt8]) -> Void
    ) {
        do throws(RealtimeError) {
            let request = try NotifyRequest(json: JSONValue.parse(body, opaque: "payload"), limit: limit)
            let isSingle = request.isSingle
            self.notify(request, from: publisher) { results in
                completion(NotifyAnswer.reply(results, isSingle: isSingle))
            }
        } catch {
            completion(ReplyBody.failure(error).encode())
        }
    }
}
