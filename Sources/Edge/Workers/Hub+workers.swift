import Realtime

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
        self.assign(job, except: [], completion: completion)
    }

    private func assign(
        _ job: WorkerJob,
        except tried: Set<WorkerDirectory.Worker>,
        completion: @escaping @Sendable (WorkerOutcome) -> Void
    ) -> Bool {
        let workers = self.shared.workers
        guard let worker = workers.assign(job, except: tried, completion: completion) else { return false }
        self.onLoop(of: worker) { connection in
            guard connection?.handOut(job) != true, let completion = workers.takeBack(job.id) else { return }
            // One that does not read, or takes no packet of this size, must not keep the others from their work.
            if !self.assign(job, except: tried.union([worker]), completion: completion) { completion(.lost) }
        }
        return true
    }

    /// Gives a job up: its answer does not count any more.
    public func abandon(job: String) {
        self.shared.workers.abandon(job)
    }
}
