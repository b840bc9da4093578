public import Logging
public import Realtime
public import ServiceLifecycle
import Synchronization

/// Runs components' callbacks: in order for one sender, side by side otherwise, each within its component's bounds.
public final class ComponentDispatcher: Service {
    /// Called once with the reply, from any thread.
    public typealias Completion = @Sendable (ReplyBody) -> Void

    private struct Sender: Hashable, Sendable {
        let user: String
        let session: String
    }

    private struct Job: Sendable {
        let request: ComponentRequest
        let answer: Answer
    }

    private struct Entry: Sendable {
        let settings: ComponentSettings
        var callback: ComponentCallback?
        var dispatch: DispatchState<Sender, Job>

        init(_ settings: ComponentSettings) {
            self.settings = settings
            self.dispatch = DispatchState(concurrency: settings.concurrency, maximumWaiting: settings.waiting)
        }
    }

    private let entries: Mutex<[ComponentName: Entry]>
    private let jobs: AsyncStream<(Job, Duration, @Sendable (ComponentRequest) async throws -> EventPayload)>
    private let continuation:
        AsyncStream<(Job, Duration, @Sendable (ComponentRequest) async throws -> EventPayload)>.Continuation
    private let logger: Logger

    /// Creates a dispatcher for the components that are enabled.
    public init(components: [ComponentName: ComponentSettings], logger: Logger) {
        self.entries = Mutex(components.mapValues { Entry($0) })
        self.logger = logger
        // Unbounded in itself: no more jobs enter than the components' limits of running callbacks allow.
        (self.jobs, self.continuation) = AsyncStream.makeStream()
    }

    /// Gives a component its callback, in place of one that it has.
    ///
    /// - Throws: `component_disabled` when the component is not enabled; the bridge's own always are.
    public func register(_ component: ComponentName, callback: ComponentCallback) throws(RealtimeError) {
        let isKnown = self.entries.withLock { entries in
            if component.isReserved, entries[component] == nil {
                entries[component] = Entry(ComponentSettings())
            }
            entries[component]?.callback = callback
            return entries[component] != nil
        }
        guard isKnown else {
            throw RealtimeError(.componentDisabled, "component \(component) is not enabled")
        }
    }

    /// Has a request answered by its component.
    public func dispatch(_ request: ComponentRequest, completion: @escaping Completion) {
        enum Step {
            case answer(ReplyBody)
            case callNow(@Sendable (ComponentRequest) -> EventPayload)
            case run(Job, Duration, @Sendable (ComponentRequest) async throws -> EventPayload)
            case wait
        }
        let step = self.entries.withLock { entries -> Step in
            let component = request.component
            guard let callback = entries[component]?.callback else {
                let error =
                    entries[component] == nil
                    ? RealtimeError(.componentDisabled, "component \(component) is not enabled")
                    : RealtimeError(.noCallback, "component \(component) has no callback")
                return .answer(.failure(error))
            }
            switch callback {
            case .immediate(let closure):
                return .callNow(closure)
            case .closure(let closure):
                let job = Job(request: request, answer: Answer(completion))
                let sender = Sender(user: request.user, session: request.session)
                switch entries[component]?.dispatch.submit(job, from: sender) {
                case .run(let job):
                    return .run(job, entries[component]?.settings.timeout ?? .zero, closure)
                case .wait:
                    return .wait
                case .refuse, nil:
                    return .answer(.failure(RealtimeError(.busy, "too many messages wait")))
                }
            }
        }
        switch step {
        case .answer(let reply): completion(reply)
        case .callNow(let closure): completion(.success(payload: closure(request)))
        case .run(let job, let timeout, let closure): self.continuation.yield((job, timeout, closure))
        case .wait: break
        }
    }

    /// Runs callbacks until shutdown; callbacks under way are cancelled with it.
    public func run() async throws {
        await withDiscardingTaskGroup { group in
            // Each iteration's task counts against its component's limit of running callbacks.
            for await (job, timeout, closure) in self.jobs.cancelOnGracefulShutdown() {
                group.addTask { await self.perform(job, timeout: timeout, closure: closure) }
            }
            group.cancelAll()
        }
    }

    private func perform(
        _ job: Job,
        timeout: Duration,
        closure: @escaping @Sendable (ComponentRequest) async throws -> EventPayload
    ) async {
        let logger = self.logger
        await withTaskGroup { group in
            group.addTask {
                do {
                    job.answer.give(.success(payload: try await closure(job.request)))
                } catch {
                    let incident = Incident()
                    logger.error(
                        "a component's callback failed",
                        metadata: [
                            "component": "\(job.request.component)", "incident": "\(incident)",
                            "error.type": "\(type(of: error))",
                        ]
                    )
                    job.answer.give(
                        .failure(RealtimeError(.callbackFailed, "incident \(incident)"))
                    )
                }
            }
            group.addTask {
                // Cancelled as soon as the callback is done. A callback that does not heed its own cancellation keeps
                // its place, but the client has its answer in time.
                guard (try? await Task.sleep(for: timeout)) != nil else { return }
                job.answer.give(.failure(RealtimeError(.timeout, "the callback took too long")))
            }
            await group.next()
            group.cancelAll()
        }
        self.finished(job.request)
    }

    private func finished(_ request: ComponentRequest) {
        let sender = Sender(user: request.user, session: request.session)
        let next = self.entries.withLock { entries in
            let next = entries[request.component]?.dispatch.finished(sender)
            return next.map {
                ($0.job, entries[request.component]?.settings.timeout, entries[request.component]?.callback)
            }
        }
        guard case (let job, let timeout?, .closure(let closure)?)? = next else { return }
        self.continuation.yield((job, timeout, closure))
    }
}

/// A reply that is given once, whoever comes first.
private final class Answer: Sendable {
    private let completion: ComponentDispatcher.Completion
    private let isGiven = Atomic<Bool>(false)

    init(_ completion: @escaping ComponentDispatcher.Completion) {
        self.completion = completion
    }

    func give(_ reply: ReplyBody) {
        guard !self.isGiven.exchange(true, ordering: .acquiringAndReleasing) else { return }
        self.completion(reply)
    }
}

/// Names a failure in the client's reply and in the log alike.
private struct Incident: CustomStringConvertible {
    private let number = UInt64.random(in: .min ... .max)

    var description: String { String(self.number, radix: 36) }
}
