public import Components
public import Edge
public import Realtime

/// Makes events of what clients publish to `in`, after the component's `ingest` callback has agreed, where it has one.
public struct Ingest: Sendable {
    private let site: SiteName
    private let channelKey: ChannelKey
    private let notifier: Notifier
    private let dispatcher: ComponentDispatcher
    private let payloadLimit: Int
    private let now: @Sendable () -> Int64

    /// Creates the way of what clients publish.
    ///
    /// The `payloadLimit` is in bytes; `now` gives the time of day, in Unix milliseconds.
    public init(
        site: SiteName,
        channelKey: ChannelKey,
        notifier: Notifier,
        dispatcher: ComponentDispatcher,
        payloadLimit: Int,
        now: @escaping @Sendable () -> Int64
    ) {
        self.site = site
        self.channelKey = channelKey
        self.notifier = notifier
        self.dispatcher = dispatcher
        self.payloadLimit = payloadLimit
        self.now = now
    }

    /// Takes messages; each that is refused leaves the others as they are, and a slow callback keeps none of them back
    /// but its own sender's.
    ///
    /// The `completion` is called from any thread, as often as it takes to answer each message once.
    public func ingest(_ messages: [IngestedMessage], completion: @escaping @Sendable ([IngestResult]) -> Void) {
        guard self.dispatcher.hasIngest else { return self.commit(Array(messages.indices), of: messages, completion) }
        var plain: [Int] = []
        var refused: [IngestResult] = []
        for (index, message) in messages.enumerated() {
            do throws(RealtimeError) {
                let channel = try self.channel(of: message)
                if self.dispatcher.hasIngest(channel.component) {
                    try self.ask(about: message, to: channel) { completion([IngestResult(index: index, result: $0)]) }
                } else {
                    plain.append(index)
                }
            } catch {
                refused.append(IngestResult(index: index, result: .failure(error)))
            }
        }
        if !refused.isEmpty { completion(refused) }
        if !plain.isEmpty { self.commit(plain, of: messages, completion) }
    }

    private func commit(
        _ indices: [Int],
        of messages: [IngestedMessage],
        _ completion: @escaping @Sendable ([IngestResult]) -> Void
    ) {
        let drafts = indices.map { index in
            let message = messages[index]
            return Result { () throws(RealtimeError) in
                IngestDraft(message, payload: try EventPayload(ingesting: message.payload, limit: self.payloadLimit))
            }
        }
        self.notifier.ingest(drafts) { results in
            completion(
                zip(indices, results).map { index, result in
                    IngestResult(index: index, result: result.map { _ in })
                }
            )
        }
    }

    /// The channel that the grant names; a hash alone does not say whose callback has to be asked.
    private func channel(of message: IngestedMessage) throws(RealtimeError) -> Realtime.Channel {
        guard let name = message.name, self.channelKey.hash(of: name, site: self.site) == message.channel else {
            throw RealtimeError(
                .forbidden, "the grant does not say which channel this is, which ingest callbacks need")
        }
        return name
    }

    private func ask(
        about message: IngestedMessage,
        to channel: Realtime.Channel,
        completion: @escaping @Sendable (Result<Void, RealtimeError>) -> Void
    ) throws(RealtimeError) {
        let payload = try EventPayload(ingesting: message.payload, limit: self.payloadLimit)
        let request = IngestRequest(
            id: MessageID.next(),
            time: self.now(),
            user: message.user,
            session: message.session,
            client: message.client,
            channel: channel,
            key: message.key,
            payload: payload
        )
        let answer = Signal<Result<Void, RealtimeError>>(completion)
        self.dispatcher.ingest(request) { event in
            switch event {
            case .late:
                answer.send(.failure(RealtimeError(.timeout, "the callback took too long")))
            case .ended(.answered(.accept)):
                self.commit(payload, of: message, answer)
            case .ended(.answered(.replace(let payload))):
                self.commit(payload, of: message, answer)
            case .ended(.answered(.refuse(let reason))):
                answer.send(.failure(RealtimeError(.payloadInvalid, IngestVerdict.printable(reason))))
            case .ended(.failed(let error)), .ended(.unanswered(let error)):
                answer.send(.failure(error))
            }
        }
    }

    private func commit(
        _ payload: EventPayload, of message: IngestedMessage, _ answer: Signal<Result<Void, RealtimeError>>
    ) {
        // Who was told that it took too long sends it again: it shall not be there twice.
        guard !answer.isSent else { return }
        guard payload.bytes.count <= self.payloadLimit else {
            return answer.send(.failure(RealtimeError(.payloadTooLarge, "limits.payload, after the ingest callback")))
        }
        self.notifier.ingest([.success(IngestDraft(message, payload: payload))]) { results in
            for result in results { answer.send(result.map { _ in }) }
        }
    }
}

/// A message of a client that is to become an event.
struct IngestDraft: Sendable {
    let channel: ChannelHash
    let payload: EventPayload
    let user: String
    let key: String?

    init(_ message: IngestedMessage, payload: EventPayload) {
        self.channel = message.channel
        self.payload = payload
        self.user = message.user
        self.key = message.key
    }
}
