public import Realtime

extension Hub {
    /// The topic on which a job is answered.
    public func answerTopic(of job: String) -> String {
        Topic.done(node: self.shared.node, job: job).text(site: self.configuration.site)
    }

    /// Hands a job to one of its component's workers on the edge, from any thread.
    ///
    /// The `completion` is called once, from any thread, unless the job is abandoned.
    ///
    /// - Returns: Whether there is a worker; where there is none, nothing happens.
    public func assign(_ job: WorkerJob, completion: @escaping @Sendable (WorkerOutcome) -> Void) -> Bool {
        guard let worker = self.shared.workers.assign(job, completion: completion) else { return false }
        let workers = self.shared.workers
        self.onLoop(of: worker) { connection in
            if connection?.handOut(job) != true { workers.lose(job.id) }
        }
        return true
    }

    /// Gives a job up: its answer does not count any more.
    public func abandon(job: String) {
        self.shared.workers.abandon(job)
    }
}
