public import Components
public import Edge
public import Realtime

/// Has upstream messages answered by MQTT workers: one that is connected to the edge, else one behind the broker.
public struct Workers: Sendable {
    private let site: SiteName
    private let hub: Hub
    private let broker: BrokerWorkers?
    private let payloadLimit: Int

    /// Creates the callback of components whose `callback` is `mqtt`.
    ///
    /// The `payloadLimit` is the largest payload of a reply, in bytes.
    public init(site: SiteName, hub: Hub, broker: BrokerWorkers?, payloadLimit: Int) {
        self.site = site
        self.hub = hub
        self.broker = broker
        self.payloadLimit = payloadLimit
    }

    /// Hands a message to a worker and waits for its answer.
    ///
    /// The job has an id of its own each time, so that only the worker that has it now can answer it. Cancellation gives
    /// the job up.
    ///
    /// - Throws: ``Components/CallbackUnanswered`` where there is no worker, or it leaves with the job; ``WorkerError``
    ///   where it answers with an error, or with something that is no answer.
    public func answer(_ request: ComponentRequest) async throws -> EventPayload {
        let id = Base64URL.encode([UInt8].random(count: 16))
        let job = WorkerJob(
            id: id,
            component: request.component,
            body: request.json(site: self.site, answerTopic: self.hub.answerTopic(of: id))
        )
        if let outcome = await self.assign(job) {
            return try self.payload(of: outcome)
        }
        try Task.checkCancellation()
        guard let broker, broker.serves(request.component) else {
            throw CallbackUnanswered("no worker is connected")
        }
        return try self.payload(of: await broker.assign(job))
    }

    /// Has a worker on the edge answer; `nil` where there is none.
    private func assign(_ job: WorkerJob) async -> WorkerOutcome? {
        let outcome = Signal<WorkerOutcome?>()
        return await withTaskCancellationHandler {
            if !self.hub.assign(job, completion: { outcome.send($0) }) { outcome.send(nil) }
            // Cancelled before the job was there to be abandoned.
            if Task.isCancelled { self.hub.abandon(job: job.id) }
            return await outcome.wait()
        } onCancel: {
            self.hub.abandon(job: job.id)
            outcome.send(.lost)
        }
    }

    private func payload(of outcome: WorkerOutcome) throws -> EventPayload {
        guard case .answered(let body) = outcome else { throw CallbackUnanswered("the worker left") }
        do {
            let value = try JSONValue.parse(body, opaque: "payload")
            // JSON of any other form than a reply's is the payload itself.
            guard value["ok"]?.bool != nil else { return try EventPayload(json: body, limit: self.payloadLimit) }
            guard case .success(let payload) = try ReplyBody.parse(body, limit: self.payloadLimit) else {
                throw WorkerError(.failed)
            }
            return payload
        } catch is RealtimeError {
            throw WorkerError(.malformedAnswer)
        }
    }
}
