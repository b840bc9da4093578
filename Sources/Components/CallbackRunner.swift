public import Logging
public import Realtime
import Synchronization

/// Runs one component's callback: one sender's messages in order, senders side by side, all within the settings' bounds.
///
/// It never throws a message away: each that is submitted is told exactly one ``CallbackEvent/ended(_:)``, whether the
/// runner runs, has ended, or is cancelled. Only messages that wait for a ``run()`` that never comes wait on.
public final class CallbackRunner<Request: Sendable, Answer: Sendable>: Sendable {
    /// Answers a request, heeding cancellation; throws ``CallbackUnanswered`` to be asked again.
    public typealias Callback = @Sendable (Request) async throws -> Answer
    /// Called from any thread, never under a lock.
    public typealias Completion = @Sendable (CallbackEvent<Answer>) -> Void

    /// A message, boxed so that it moves from queue to queue as one reference.
    final class Job: Sendable {
        let request: Request
        let completion: Completion

        init(_ request: Request, _ completion: @escaping Completion) {
            self.request = request
            self.completion = completion
        }
    }

    /// What the lock guards: decisions are the state's, the rest is what wakes tasks.
    struct Guarded: Sendable {
        var state: RunnerState<Sender, Job>
        var callback: Callback
        /// Workers that sleep; `false` tells them to end.
        var idle: [CheckedContinuation<Bool, Never>] = []
        /// Whether a worker is asked for that ``run()`` has not made yet.
        var isWorkerWanted = false
        /// ``run()``, where it waits for workers to make; `false` tells it to end.
        var spawner: CheckedContinuation<Bool, Never>?
        /// By worker: where its supervisor learns that its message is late, or, with `nil`, that it has ended.
        var supervisors: [RunnerState<Sender, Job>.WorkerID: Signal<Job?>] = [:]
    }

    let name: String
    let settings: ComponentSettings
    let metrics: ComponentMetrics
    let clock: RunnerClock
    let logger: Logger
    let guarded: Mutex<Guarded>

    /// Creates a runner for one kind of a component's messages.
    ///
    /// - Parameters:
    ///   - settings: Its bounds.
    ///   - component: Whose callback it is, for the log.
    ///   - logger: Told of incidents and of the circuit breaker.
    ///   - callback: Answers.
    public convenience init(
        settings: ComponentSettings,
        component: ComponentName,
        logger: Logger,
        callback: @escaping Callback
    ) {
        self.init(
            settings: settings,
            component: component,
            metrics: ComponentMetrics(),
            clock: .continuous,
            logger: logger,
            callback: callback
        )
    }

    init(
        settings: ComponentSettings,
        component: ComponentName,
        metrics: ComponentMetrics,
        clock: RunnerClock,
        logger: Logger,
        callback: @escaping Callback
    ) {
        self.name = component.rawValue
        self.settings = settings
        self.metrics = metrics
        self.clock = clock
        self.logger = logger
        self.guarded = Mutex(Guarded(state: RunnerState(settings: settings), callback: callback))
    }

    /// Replaces the callback: whatever begins to run from now on, waiting messages included, is given to the new one.
    public func replace(_ callback: @escaping Callback) {
        self.guarded.withLock { $0.callback = callback }
    }

    /// Has a request answered, after those of its sender that came before.
    public func submit(_ request: Request, from sender: Sender, completion: @escaping Completion) {
        self.metrics.received()
        let job = Job(request, completion)
        let now = self.clock.now()
        let (refusal, wakeUp) = self.guarded.withLock { guarded in
            let (refusal, wake) = guarded.state.submit(job, from: sender, at: now)
            return (refusal, guarded.wakeUp(wake))
        }
        wakeUp?.resume(returning: true)
        if let refusal { self.refuse(job, refusal) }
    }

    /// Ends it: what waits, and what is submitted from now on, is answered `busy`.
    func close() {
        let (waiting, sleeping) = self.guarded.withLock { guarded in
            var sleeping = guarded.idle
            if let spawner = guarded.spawner { sleeping.append(spawner) }
            guarded.idle = []
            guarded.spawner = nil
            return (guarded.state.close(), sleeping)
        }
        for continuation in sleeping { continuation.resume(returning: false) }
        for job in waiting { self.refuse(job, .shuttingDown) }
    }

    /// Adds what runs and waits now.
    func measure(_ snapshot: inout ComponentMetrics.Snapshot) {
        self.guarded.withLock { guarded in
            snapshot.running += guarded.state.running
            snapshot.waiting += guarded.state.waiting
            snapshot.isCircuitOpen = snapshot.isCircuitOpen || guarded.state.isCircuitOpen
        }
    }

    func refuse(_ job: Job, _ refusal: Refusal) {
        self.metrics.refused()
        job.completion(.ended(.unanswered(refusal.error)))
    }

    func apply(_ effect: RunnerState<Sender, Job>.Effect) {
        self.note(effect.change)
        for job in effect.refused { self.refuse(job, .circuitOpen) }
    }

    func note(_ change: CircuitBreaker.Change?) {
        guard let change else { return }
        var metadata: Logger.Metadata = ["component": "\(self.name)"]
        switch change {
        case .opened(let pause):
            metadata["pause"] = "\(pause)"
            self.logger.notice("a component does not answer; its circuit is open", metadata: metadata)
        case .halfOpened: self.logger.notice("a component's circuit is half open", metadata: metadata)
        case .closed: self.logger.notice("a component answers again; its circuit is closed", metadata: metadata)
        }
    }
}

extension CallbackRunner.Guarded {
    /// Takes the one to resume, outside of the lock, so that a worker comes.
    mutating func wakeUp(_ wake: RunnerState<Sender, CallbackRunner.Job>.Wake?) -> CheckedContinuation<Bool, Never>? {
        switch wake {
        case .idleWorker:
            return self.idle.popLast()
        case .newWorker:
            guard let spawner = self.spawner else {
                self.isWorkerWanted = true
                return nil
            }
            self.spawner = nil
            return spawner
        case nil:
            return nil
        }
    }
}
