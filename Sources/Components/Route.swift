import Realtime

/// The way to one component's callback, found once a message.
public struct Route: Sendable {
    enum Kind: Sendable {
        case immediate(@Sendable (ComponentRequest) -> EventPayload, ComponentMetrics)
        case runner(ComponentDispatcher.Runner)
    }

    let kind: Kind

    /// Has a request answered, in turn with its sender's others.
    public func dispatch(_ request: ComponentRequest, completion: @escaping ComponentDispatcher.Completion) {
        switch self.kind {
        case .immediate(let answer, let metrics):
            metrics.received()
            let payload = answer(request)
            metrics.answered()
            completion(.ended(.answered(payload)))
        case .runner(let runner):
            runner.submit(request, from: Sender(user: request.user, session: request.session), completion: completion)
        }
    }
}
