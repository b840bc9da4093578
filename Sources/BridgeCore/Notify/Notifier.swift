import Edge
public import EventLog
public import Realtime
import Synchronization

/// Turns what is published into committed events, and hands those to their sinks.
public final class Notifier: Sendable {
    private let site: SiteName
    private let key: ChannelKey
    private let rules: AreaRules
    private let log: any EventLog
    private let metrics: BridgeMetrics
    private let sinks = Mutex<[any EventSink]>([])

    /// Creates a notifier.
    public init(site: SiteName, key: ChannelKey, rules: AreaRules, log: any EventLog, metrics: BridgeMetrics) {
        self.site = site
        self.key = key
        self.rules = rules
        self.log = log
        self.metrics = metrics
    }

    /// Adds a sink, before the first event.
    public func add(_ sink: any EventSink) {
        self.sinks.withLock { $0.append(sink) }
    }

    /// Publishes what a request asks for; items that are refused do not keep the others back.
    ///
    /// The `completion` is called once, after the commit, with one result for each item in order.
    public func notify(
        _ request: NotifyRequest,
        from publisher: Publisher,
        completion: @escaping @Sendable ([AppendResult]) -> Void
    ) {
        let drafts = request.items.map { item in
            item.flatMap { item in
                Result { () throws(RealtimeError) in try self.draft(item, from: publisher) }
            }
        }
        self.append(drafts, completion: completion)
    }

    /// Publishes what a request asks for, and waits for the commit; cancellation does not take it back.
    public func notify(_ request: NotifyRequest, from publisher: Publisher) async -> [AppendResult] {
        await withCheckedContinuation { continuation in
            self.notify(request, from: publisher) { continuation.resume(returning: $0) }
        }
    }

    /// Makes events of what clients published to `in`.
    func ingest(
        _ messages: [Result<IngestDraft, RealtimeError>],
        completion: @escaping @Sendable ([AppendResult]) -> Void
    ) {
        let drafts = messages.map { message in
            Result { () throws(RealtimeError) in
                let message = try message.get()
                return EventDraft(
                    channel: message.channel,
                    payload: message.payload,
                    by: message.user,
                    key: try Self.key(message.key, of: .user(message.user))
                )
            }
        }
        self.append(drafts, completion: completion)
    }

    private func draft(_ item: NotifyRequest.Item, from publisher: Publisher) throws(RealtimeError) -> EventDraft {
        try self.rules.check(item.channel)
        try publisher.check(item.channel)
        return EventDraft(
            channel: self.key.hash(of: item.channel, site: self.site),
            payload: item.payload,
            key: try Self.key(item.key, of: publisher),
            policy: self.rules.policy(of: item.channel)
        )
    }

    private static func key(_ key: String?, of publisher: Publisher) throws(RealtimeError) -> IdempotencyKey? {
        guard let key else { return nil }
        return try IdempotencyKey(publisher: publisher.name, key: key)
    }

    private func append(
        _ drafts: [Result<EventDraft, RealtimeError>],
        completion: @escaping @Sendable ([AppendResult]) -> Void
    ) {
        let accepted = drafts.compactMap { try? $0.get() }
        guard !accepted.isEmpty else {
            return completion(drafts.map { draft in draft.flatMap { _ in .failure(.logUnavailable) } })
        }
        self.log.append(accepted) { results in
            self.deliver(results)
            guard accepted.count < drafts.count else { return completion(results) }
            var remaining = results.makeIterator()
            completion(drafts.map { draft in draft.flatMap { _ in remaining.next() ?? .failure(.logUnavailable) } })
        }
    }

    /// Runs in commit order: the log calls completions one after the other.
    private func deliver(_ results: [AppendResult]) {
        var events: [DeliverableEvent] = []
        events.reserveCapacity(results.count)
        var repetitions = 0
        var number: UInt64 = 0
        for case .success(let appended) in results {
            guard !appended.isRepetition else {
                repetitions += 1
                continue
            }
            events.append(
                DeliverableEvent(
                    channel: appended.channel,
                    position: appended.position,
                    json: appended.record.encode()
                )
            )
            number = max(number, appended.number ?? 0)
        }
        if repetitions > 0 { self.metrics.repeated(repetitions) }
        guard !events.isEmpty else { return }
        self.metrics.committed(events.count)
        for sink in self.sinks.withLock({ $0 }) {
            sink.deliver(events, through: number)
        }
    }
}

extension RealtimeError {
    /// The log gave no answer for an event that it was given.
    fileprivate static let logUnavailable = RealtimeError(.logUnavailable, "the event log failed")
}
