public import Components
import Dispatch
public import Edge
public import EventLog
public import Logging
public import Realtime
public import ServiceLifecycle
import Synchronization

/// Takes upstream messages to their components, each once, and their replies back.
///
/// Rights are checked by whoever calls. A reply is durable before anyone sees it, so that not even a crash has a
/// callback run again for what was answered.
public final class Upstream: Service {
    /// What comes back.
    public enum Reply: Sendable {
        /// The callback's answer, or what became of it: an encoded ``Realtime/ReplyBody``.
        case answered([UInt8])
        /// The message was not given to a callback.
        case refused(RealtimeError)

        /// The reply in the form that MQTT has for both.
        public var body: [UInt8] {
            switch self {
            case .answered(let body): body
            case .refused(let error): ReplyBody.failure(error).encode()
            }
        }
    }

    /// How much is remembered of what was answered; one user has an eighth of each.
    public struct Limits: Sendable {
        /// Replies.
        public var count: Int
        /// Bytes of replies.
        public var bytes: Int

        /// Creates limits.
        public init(count: Int, bytes: Int) {
            self.count = count
            self.bytes = bytes
        }
    }

    /// Who is told a reply.
    private enum Waiter: Sendable {
        case client(ReplyTarget)
        case caller(@Sendable (Reply) -> Void)
    }

    private let dispatcher: ComponentDispatcher
    private let store: (any ReplyStore)?
    private let metrics: BridgeMetrics
    private let logger: Logger
    private let payloadLimit: Int
    private let now: @Sendable () -> Int64
    private let window: OnceShards<Waiter>
    private let startedAt = DispatchTime.now().uptimeNanoseconds
    private let startTime: Int64
    private let outgoing = Mutex(OutgoingReplies())
    private let isStoring = Atomic<Bool>(true)

    /// Creates the way upstream.
    ///
    /// - Parameters:
    ///   - dispatcher: What has the callbacks.
    ///   - store: Where replies survive a crash; `nil` where nothing does.
    ///   - limits: The window's bounds.
    ///   - payloadLimit: The largest payload of a message or a reply, in bytes.
    ///   - metrics: What is counted.
    ///   - logger: Told where replies are not stored.
    ///   - now: The time of day, in Unix milliseconds.
    public init(
        dispatcher: ComponentDispatcher,
        store: (any ReplyStore)?,
        limits: Limits,
        payloadLimit: Int,
        metrics: BridgeMetrics,
        logger: Logger,
        now: @escaping @Sendable () -> Int64
    ) {
        self.dispatcher = dispatcher
        self.store = store
        self.payloadLimit = payloadLimit
        self.metrics = metrics
        self.logger = logger
        self.now = now
        self.window = OnceShards(
            .init(count: limits.count, bytes: limits.bytes, maximumReply: Self.reserved)
        )
        self.startTime = now()
    }

    /// What a message under way reserves for its reply, in bytes.
    ///
    /// Not the largest reply, since thousands that wait for a slow component would leave no room for the others: so many
    /// as callbacks run at once may go beyond the limit by their replies.
    private static let reserved = 1024

    /// What the window goes by, in Unix milliseconds: a clock that is set forward must not make it forget early.
    private var time: Int64 {
        let passed = (DispatchTime.now().uptimeNanoseconds - self.startedAt) / 1_000_000
        return self.startTime &+ Int64(clamping: passed)
    }

    /// Forgets replies that have expired, until shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .seconds(10))) != nil {
                self.window.expire(now: self.time)
            }
        }
    }

    /// Takes in the replies of before the last start; to be called once, before the first message.
    ///
    /// - Throws: `log_unavailable`.
    public func restore() async throws(RealtimeError) {
        guard let store else { return }
        let now = self.now()
        let kept = try await store.load(now: now)
        self.window.restore(kept, now: now)
    }

    /// What is remembered, and whether it is stored.
    public var status: UpstreamStatus {
        let usage = self.window.usage
        return UpstreamStatus(
            requests: usage.count,
            bytes: usage.bytes,
            isStoring: self.isStoring.load(ordering: .relaxed)
        )
    }

    /// Has a message of a client answered; a payload that is too large or no JSON is refused.
    public func submit(_ message: UpstreamMessage, from client: ReplyTarget) {
        self.submit(message, for: .client(client))
    }

    /// Has a message answered, and waits for the reply; cancellation does not shorten it, graceful shutdown does: what is
    /// not answered a second later is answered `timeout`, and may be asked again with the same id.
    ///
    /// A payload that is too large or no JSON is refused.
    public func submit(_ message: UpstreamMessage) async -> Reply {
        let reply = AwaitedReply()
        self.submit(message) { reply.give($0) }
        return await reply.wait()
    }

    /// Has a message answered; the completion is called once, from any thread.
    func submit(_ message: UpstreamMessage, completion: @escaping @Sendable (Reply) -> Void) {
        self.submit(message, for: .caller(completion))
    }

    private func submit(_ message: UpstreamMessage, for waiter: Waiter) {
        self.metrics.sentUpstream()
        let payload: EventPayload
        let route: Route
        do throws(RealtimeError) {
            payload = try EventPayload(json: message.payload, limit: self.payloadLimit)
            route = try self.dispatcher.route(to: message.component)
        } catch {
            return self.tell([waiter], .refused(error))
        }
        let key = RequestKey(
            user: message.user,
            session: message.session,
            component: message.component.rawValue,
            request: message.request
        )
        let digest = RequestDigest(payload: payload.bytes)
        let owner = RequestKey.owner(user: message.user)
        let submission = self.window.with(key) { window in
            window.submit(key, digest: digest, owner: owner, waiter: waiter, now: self.time)
        }
        switch submission {
        case .run:
            self.run(message, payload: payload, by: route, as: key)
        case .late:
            self.tell([waiter], .answered(Self.late))
        case .joined:
            self.metrics.answeredAgain()
        case .answered(let reply):
            self.metrics.answeredAgain()
            self.tell([waiter], .answered(reply))
        case .reused:
            self.tell(
                [waiter], .refused(RealtimeError(.requestReused, "this request id was used with another payload")))
        case .full:
            self.tell([waiter], .refused(RealtimeError(.busy, "too many messages are under way or remembered")))
        }
    }

    private func run(_ message: UpstreamMessage, payload: EventPayload, by route: Route, as key: RequestKey) {
        let request = ComponentRequest(
            id: MessageID.next(),
            time: self.now(),
            user: message.user,
            session: message.session,
            client: message.client,
            component: message.component,
            request: message.request,
            payload: payload
        )
        route.dispatch(request) { event in
            switch event {
            case .late:
                self.tell(self.window.with(key) { $0.release(key) }, .answered(Self.late))
            case .ended(.answered(let payload)):
                self.keep(self.reply(payload, to: message.component), as: key, of: message.component)
            case .ended(.failed(let error)):
                self.keep(ReplyBody.failure(error).encode(), as: key, of: message.component)
            case .ended(.unanswered(let error)):
                let ran = error.code == .timeout || error.code == .callbackFailed
                self.tell(
                    self.window.with(key) { $0.forget(key) },
                    ran ? .answered(ReplyBody.failure(error).encode()) : .refused(error)
                )
            }
        }
    }

    /// What is told of a callback that takes too long.
    private static let late = ReplyBody.failure(RealtimeError(.timeout, "the callback took too long")).encode()

    private func reply(_ payload: EventPayload, to component: ComponentName) -> [UInt8] {
        guard payload.bytes.count > self.payloadLimit else { return ReplyBody.success(payload: payload).encode() }
        let incident = Incident()
        self.logger.error(
            "a component's reply is larger than limits.payload",
            metadata: [LogKey.component: "\(component)", LogKey.incident: "\(incident)"]
        )
        return ReplyBody.failure(RealtimeError(.callbackFailed, "incident \(incident)")).encode()
    }

    /// Makes a reply durable, then tells it.
    private func keep(_ reply: [UInt8], as key: RequestKey, of component: ComponentName) {
        let now = self.now()
        let kept = self.window.with(key) { $0.settle(key, reply: reply, now: self.time, wall: now) }
        guard let kept else { return }
        // The bridge's own components change nothing: running them again after a crash does no harm.
        guard let store, !component.isReserved else { return self.tell([kept]) }
        if self.outgoing.withLock({ $0.add(kept) }) { self.store(in: store) }
    }

    private func store(in store: any ReplyStore) {
        var isMore = true
        while isMore {
            let next = Signal<Bool>()
            store.keep {
                self.outgoing.withLock { $0.begin(now: self.now()) }
            } completion: { result in
                next.send(self.stored(result))
            }
            // A store that answers within the call is asked again from here: the stack must not grow by it.
            guard let isNext = next.value(else: { if $0 { self.store(in: store) } }) else { return }
            isMore = isNext
        }
    }

    /// Tells replies whose storing has ended.
    ///
    /// - Returns: Whether there are more to be stored.
    private func stored(_ result: Result<Void, RealtimeError>) -> Bool {
        switch result {
        case .success:
            let stored = self.outgoing.withLock { $0.stored() }
            self.tell(stored.replies)
            if stored.isComplete { self.noteStoring() }
            return stored.isMore
        case .failure(let error):
            self.noteStoring(failed: error)
            // Those callbacks have run: withholding their answers would help nobody.
            self.tell(self.outgoing.withLock { $0.failed(now: self.now()) })
            return false
        }
    }

    /// Tells replies that are kept to all who wait for them.
    private func tell(_ replies: [KeptReply]) {
        var answers: [(target: ReplyTarget, body: [UInt8])] = []
        answers.reserveCapacity(replies.count)
        for reply in replies {
            for waiter in self.window.with(reply.key, { $0.kept(reply.key) }) {
                switch waiter {
                case .client(let target): answers.append((target, reply.reply))
                case .caller(let completion): completion(.answered(reply.reply))
                }
            }
        }
        if answers.count == 1 {
            answers[0].target.send(answers[0].body)
        } else {
            ReplyTarget.send(answers)
        }
    }

    private func tell(_ waiters: [Waiter], _ reply: Reply) {
        for waiter in waiters {
            switch waiter {
            case .client(let target): target.send(reply.body)
            case .caller(let completion): completion(reply)
            }
        }
    }

    /// Says once that replies are not stored, and once that all of them are.
    private func noteStoring(failed error: RealtimeError? = nil) {
        let isStoring = error == nil
        guard self.isStoring.exchange(isStoring, ordering: .relaxed) != isStoring else { return }
        if let error {
            self.logger.error(
                "replies are not stored: after a crash their callbacks could run again",
                metadata: [LogKey.code: "\(error.code)"]
            )
        } else {
            self.logger.notice("replies are stored again, those of meanwhile too")
        }
    }
}
