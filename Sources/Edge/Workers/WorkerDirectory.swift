import Realtime
import Synchronization

/// Which connections work for which component and which of them has which job, over all event loops.
///
/// A job goes to one worker, and only that worker's answer counts, once.
final class WorkerDirectory: Sendable {
    typealias Worker = SessionDirectory.Holder
    typealias Completion = @Sendable (WorkerOutcome) -> Void

    /// What an answer is worth.
    enum Verdict {
        case taken
        /// There is no such job, or it was answered, or its time is over.
        case unknown
        /// Another worker has it.
        case foreign
    }

    fileprivate struct Place: Sendable {
        let worker: Worker
        /// When it was last given a job, as a count of all jobs: equals take turns.
        var turn: UInt64 = 0
    }

    fileprivate struct Assignment: Sendable {
        let worker: Worker
        let completion: Completion
    }

    fileprivate struct State: Sendable {
        var places: [ComponentName: [Place]] = [:]
        var jobs: [String: Assignment] = [:]
        var jobsOfWorkers: [Worker: Set<String>] = [:]
        var lastTurn: UInt64 = 0
    }

    private let state = Mutex(State())
    private let metrics: EdgeMetrics

    init(metrics: EdgeMetrics) {
        self.metrics = metrics
    }

    /// A connection has subscribed to a component's jobs.
    func add(_ worker: Worker, for component: ComponentName) {
        self.state.withLock { $0.places[component, default: []].append(Place(worker: worker)) }
        self.metrics.workersChanged(by: 1)
    }

    /// A connection wants no more jobs of a component; those that it has it may still answer.
    func remove(_ worker: Worker, for component: ComponentName) {
        self.state.withLock { state in
            state.places[component]?.removeAll { $0.worker == worker }
            if state.places[component]?.isEmpty == true { state.places[component] = nil }
        }
        self.metrics.workersChanged(by: -1)
    }

    /// A connection has ended: its jobs are lost.
    func loseAll(of worker: Worker) {
        let lost = self.state.withLock { state in
            (state.jobsOfWorkers.removeValue(forKey: worker) ?? []).compactMap { state.jobs.removeValue(forKey: $0) }
        }
        for job in lost { job.completion(.lost) }
    }

    /// Gives a job to the worker that has the fewest.
    ///
    /// - Returns: The worker, which is to be sent the job; `nil` where nobody works for the component.
    func assign(_ job: WorkerJob, completion: @escaping Completion) -> Worker? {
        self.state.withLock { state in
            guard let places = state.places[job.component] else { return nil }
            let index = places.indices.min { left, right in
                let counts = [left, right].map { state.jobsOfWorkers[places[$0].worker]?.count ?? 0 }
                return (counts[0], places[left].turn) < (counts[1], places[right].turn)
            }
            guard let index else { return nil }
            let worker = places[index].worker
            state.lastTurn += 1
            state.places[job.component]?[index].turn = state.lastTurn
            state.jobs[job.id] = Assignment(worker: worker, completion: completion)
            state.jobsOfWorkers[worker, default: []].insert(job.id)
            return worker
        }
    }

    /// A worker has answered.
    func answer(_ job: String, by worker: Worker, _ body: [UInt8]) -> Verdict {
        enum Finding {
            case taken(Completion)
            case other(Verdict)
        }
        let finding = self.state.withLock { state -> Finding in
            guard let assignment = state.jobs[job] else { return .other(.unknown) }
            guard assignment.worker == worker else { return .other(.foreign) }
            state.remove(job)
            return .taken(assignment.completion)
        }
        switch finding {
        case .taken(let completion):
            completion(.answered(body))
            return .taken
        case .other(let verdict):
            return verdict
        }
    }

    /// A job could not be sent to its worker.
    func lose(_ job: String) {
        let assignment = self.state.withLock { $0.remove(job) }
        assignment?.completion(.lost)
    }

    /// Nobody waits for a job's answer any more; its completion is not called.
    func abandon(_ job: String) {
        _ = self.state.withLock { $0.remove(job) }
    }
}

extension WorkerDirectory.State {
    @discardableResult
    fileprivate mutating func remove(_ job: String) -> WorkerDirectory.Assignment? {
        guard let assignment = self.jobs.removeValue(forKey: job) else { return nil }
        self.jobsOfWorkers[assignment.worker]?.remove(job)
        if self.jobsOfWorkers[assignment.worker]?.isEmpty == true { self.jobsOfWorkers[assignment.worker] = nil }
        return assignment
    }
}
