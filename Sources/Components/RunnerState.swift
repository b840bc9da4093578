/// One component's messages, the workers that run them, and its circuit breaker; time is passed in.
///
/// A worker is a task that asks ``next(_:isWoken:at:)`` for one job after the other. No more than one at a time is on
/// its way from sleep: it wakes the next one itself where more is to be done, so a burst does not wake them all.
struct RunnerState<Sender: Hashable & Sendable, Job: Sendable>: Sendable {
    typealias Instant = ContinuousClock.Instant
    typealias WorkerID = Int

    /// What the caller has to do, outside of the lock, so that a worker comes.
    enum Wake: Equatable {
        case idleWorker
        case newWorker
    }

    /// What a worker does next.
    enum Step {
        case run(Job, deadline: Instant)
        /// Tells whoever asked, then asks again.
        case refuse(Job, Refusal)
        /// There is nothing to do: the worker asks ``park()``.
        case rest
        case end
    }

    struct Next {
        var step: Step
        var wake: Wake?
        var change: CircuitBreaker.Change?
    }

    /// What came of an event.
    struct Effect {
        /// Messages that are told ``Refusal/circuitOpen``.
        var refused: [Job] = []
        var change: CircuitBreaker.Change?
    }

    /// What is due now.
    struct Due {
        /// Messages that are told ``Refusal/waitedTooLong``.
        var expired: [Job] = []
        /// Messages whose time-out has passed, and the workers that run them.
        var late: [(worker: WorkerID, job: Job)] = []
        var effect = Effect()
        /// How long it is until something can be due again.
        var nap: Duration
    }

    private struct Run: Sendable {
        let job: Job
        let line: DispatchState<Sender, Job>.Line
        let deadline: Instant
        let isProbe: Bool
        /// Its time-out has passed: it has been counted, and its worker ends with it.
        var isLate = false
        /// The callback has come back, so it can no longer be late.
        var hasEnded = false
    }

    private let settings: ComponentSettings
    private let concurrency: Int
    private let maximumIdle: Int
    private var dispatch: DispatchState<Sender, Job>
    private var breaker = CircuitBreaker()
    private var runs: [Run?] = []
    private var freeWorkers: [WorkerID] = []
    /// Workers that live, those that were asked for included.
    private var workers = 0
    private var idle = 0
    private var isWaking = false
    private(set) var running = 0
    private(set) var isClosed = false

    init(settings: ComponentSettings) {
        self.settings = settings
        self.concurrency = max(1, settings.concurrency)
        // Each that is kept saves making tasks at the next burst, and costs a few KiB.
        self.maximumIdle = min(self.concurrency, 16)
        self.dispatch = DispatchState(maximumWaiting: settings.waiting)
    }

    var waiting: Int { self.dispatch.waiting }
    var isCircuitOpen: Bool { self.breaker.isOpen }

    /// Takes a message, or says why not.
    mutating func submit(_ job: Job, from sender: Sender, at now: Instant) -> (refusal: Refusal?, wake: Wake?) {
        guard !self.isClosed else { return (.shuttingDown, nil) }
        guard !self.breaker.refuses(at: now) else { return (.circuitOpen, nil) }
        let free = self.concurrency - self.running
        guard self.dispatch.submit(job, from: sender, at: now, free: free) else { return (.tooManyWait, nil) }
        return (nil, self.wake())
    }

    /// A worker that was asked for is there.
    mutating func began() -> WorkerID {
        if let free = self.freeWorkers.popLast() { return free }
        self.runs.append(nil)
        return self.runs.count - 1
    }

    /// What a worker does next; the message that it ran is done with, and its sender's next one ready.
    ///
    /// - Parameters:
    ///   - worker: The worker.
    ///   - isWoken: Whether it comes from sleep or is new.
    ///   - now: The present.
    /// - Returns: What to do, and whom to wake first.
    mutating func next(_ worker: WorkerID, isWoken: Bool, at now: Instant) -> Next {
        if isWoken { self.isWaking = false }
        self.release(worker)
        guard !self.isClosed else {
            self.remove(worker)
            return Next(step: .end)
        }
        guard let next = self.dispatch.next() else {
            guard self.idle >= self.maximumIdle else { return Next(step: .rest) }
            self.remove(worker)
            return Next(step: .end)
        }
        let refusal: Refusal? =
            if next.since + self.settings.timeout <= now {
                .waitedTooLong
            } else if self.breaker.refuses(at: now) {
                .circuitOpen
            } else {
                nil
            }
        if let refusal {
            self.dispatch.finished(next.line)
            return Next(step: .refuse(next.job, refusal))
        }
        let isProbe = self.breaker.begin()
        let deadline = now + self.settings.timeout
        self.runs[worker] = Run(job: next.job, line: next.line, deadline: deadline, isProbe: isProbe)
        self.running += 1
        return Next(
            step: .run(next.job, deadline: deadline),
            wake: self.wake(),
            change: isProbe ? .halfOpened : nil
        )
    }

    /// A worker that has nothing to do wants to sleep.
    ///
    /// - Returns: Whether it sleeps; else it asks again, since there is work by now.
    mutating func park() -> Bool {
        guard !self.isClosed, self.dispatch.readyCount == 0 else { return false }
        self.idle += 1
        return true
    }

    /// A callback has come back with an answer.
    ///
    /// - Returns: Whether its time-out had passed: then ``retire(_:)`` is called once whoever asked has been told.
    mutating func answered(_ worker: WorkerID) -> (isLate: Bool, change: CircuitBreaker.Change?) {
        guard let run = self.end(worker) else { return (true, nil) }
        return (false, self.breaker.answered(isProbe: run.isProbe))
    }

    /// A callback has come back without an answer; otherwise as ``answered(_:)``.
    mutating func unanswered(
        _ worker: WorkerID,
        at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> (isLate: Bool, effect: Effect) {
        guard let run = self.end(worker) else { return (true, Effect()) }
        // What the end of the bridge cuts short says nothing about the component.
        guard !self.isClosed else { return (false, Effect()) }
        return (false, self.missed(isProbe: run.isProbe, at: now, using: &generator))
    }

    /// A worker whose message was late has ended.
    mutating func retire(_ worker: WorkerID) -> Wake? {
        self.release(worker)
        self.remove(worker)
        return self.wake()
    }

    /// What is due; to be asked again after ``Due/nap``.
    mutating func due(at now: Instant, using generator: inout some RandomNumberGenerator) -> Due {
        var due = Due(nap: self.settings.timeout)
        var earliest: Instant?
        for worker in self.runs.indices {
            guard let run = self.runs[worker], !run.isLate, !run.hasEnded else { continue }
            if run.deadline <= now {
                self.runs[worker]?.isLate = true
                due.late.append((worker, run.job))
                let effect = self.missed(isProbe: run.isProbe, at: now, using: &generator)
                due.effect.refused.append(contentsOf: effect.refused)
                due.effect.change = effect.change ?? due.effect.change
            } else {
                earliest = min(earliest ?? run.deadline, run.deadline)
            }
        }
        due.expired = self.dispatch.expire(through: now - self.settings.timeout)
        if let oldest = self.dispatch.oldest {
            earliest = min(earliest ?? oldest + self.settings.timeout, oldest + self.settings.timeout)
        }
        if let earliest {
            // Deadlines that lie close together are dealt with together: that is why they may be this much late.
            let shortest = max(self.settings.timeout / 64, .milliseconds(1))
            due.nap = max(now.duration(to: earliest), shortest)
        }
        return due
    }

    /// Nothing runs any more.
    ///
    /// - Returns: What waited.
    mutating func close() -> [Job] {
        self.isClosed = true
        self.idle = 0
        return self.dispatch.drain()
    }

    /// Asks for a worker where more could run than workers are about to look.
    private mutating func wake() -> Wake? {
        guard !self.isClosed, !self.isWaking, self.dispatch.readyCount > 0 else { return nil }
        if self.idle > 0 {
            self.idle -= 1
            self.isWaking = true
            return .idleWorker
        }
        guard self.workers < self.concurrency else { return nil }
        self.workers += 1
        self.isWaking = true
        return .newWorker
    }

    /// Notes that a run has ended, and gives it where it was in time.
    private mutating func end(_ worker: WorkerID) -> Run? {
        guard let run = self.runs[worker], !run.isLate else { return nil }
        self.runs[worker]?.hasEnded = true
        return run
    }

    private mutating func release(_ worker: WorkerID) {
        guard let run = self.runs[worker] else { return }
        self.runs[worker] = nil
        self.running -= 1
        self.dispatch.finished(run.line)
    }

    private mutating func remove(_ worker: WorkerID) {
        self.workers -= 1
        self.freeWorkers.append(worker)
    }

    private mutating func missed(
        isProbe: Bool,
        at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> Effect {
        guard let change = self.breaker.unanswered(isProbe: isProbe, at: now, using: &generator) else {
            return Effect()
        }
        return Effect(refused: self.dispatch.drain(), change: change)
    }
}
