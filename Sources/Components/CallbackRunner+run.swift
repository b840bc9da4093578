import Realtime
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension CallbackRunner {
    /// How many messages a worker runs before it lets other tasks of the process have its thread.
    private static var turn: Int { 64 }

    /// A run whose time-out had passed when it ended: its supervisor tells whoever asked.
    private struct LateEnd: Sendable {
        let job: Job
        let result: CallbackResult<Answer>
    }

    /// Runs callbacks until the task is cancelled, which cancels those under way; it returns once they have ended.
    public func run() async {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                // Cancelled below, and awaited by the group.
                group.addTask { await self.watchTime() }
                // No more than `concurrency` live at a time: the state asks for them one by one.
                while await self.isWorkerWanted() {
                    group.addTask { await self.supervise() }
                }
                group.cancelAll()
            }
        } onCancel: {
            self.close()
        }
    }

    private func isWorkerWanted() async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = self.guarded.withLock { guarded -> Bool? in
                if guarded.state.isClosed { return false }
                if guarded.isWorkerWanted {
                    guarded.isWorkerWanted = false
                    return true
                }
                guarded.spawner = continuation
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Runs one worker, in a task of its own, so that its time-out cancels it alone.
    ///
    /// Where the worker's message is late, this alone tells whoever asked of that and of the end: so they come in order.
    private func supervise() async {
        let signal = Signal<Job?>()
        let worker = self.guarded.withLock { guarded in
            let worker = guarded.state.began()
            guarded.supervisors[worker] = signal
            return worker
        }
        let end = await withTaskGroup(of: LateEnd?.self) { group in
            // Awaited below, late or not.
            group.addTask {
                let end = await self.work(worker)
                signal.send(nil)
                return end
            }
            if let late = await signal.wait() {
                late.completion(.late)
                group.cancelAll()
            }
            return await group.next() ?? nil
        }
        guard let end else { return }
        end.job.completion(.ended(end.result))
        let wakeUp = self.guarded.withLock { guarded in
            guarded.supervisors[worker] = nil
            return guarded.wakeUp(guarded.state.retire(worker))
        }
        wakeUp?.resume(returning: true)
    }

    /// Runs one message after the other, from thread to thread only where a callback suspends or nothing is to be done.
    private func work(_ worker: RunnerState<Sender, Job>.WorkerID) async -> LateEnd? {
        var isWoken = true
        var count = 0
        while true {
            let now = self.clock.now()
            let (next, callback, wakeUp) = self.guarded.withLock { guarded in
                let next = guarded.state.next(worker, isWoken: isWoken, at: now)
                if case .end = next.step { guarded.supervisors[worker] = nil }
                return (next, guarded.callback, guarded.wakeUp(next.wake))
            }
            isWoken = false
            wakeUp?.resume(returning: true)
            self.note(next.change)
            switch next.step {
            case .run(let job, let deadline):
                let result = await self.ask(callback, job.request, until: deadline)
                guard self.ended(worker, result) else { return LateEnd(job: job, result: result) }
                job.completion(.ended(result))
                count += 1
                if count.isMultiple(of: Self.turn) { await Task.yield() }
            case .refuse(let job, let refusal):
                self.refuse(job, refusal)
            case .rest:
                isWoken = await self.rest()
                // Whoever woke it has more for it, most likely: one switch of threads for all.
                if isWoken { sched_yield() }
            case .end:
                return nil
            }
        }
    }

    /// Sleeps until there is work.
    ///
    /// - Returns: Whether it was woken; else there is work already, or the end has come.
    private func rest() async -> Bool {
        await withCheckedContinuation { continuation in
            let sleeps = self.guarded.withLock { guarded in
                let sleeps = guarded.state.park()
                if sleeps { guarded.idle.append(continuation) }
                return sleeps
            }
            if !sleeps { continuation.resume(returning: false) }
        }
    }

    /// Counts how a run ended.
    ///
    /// - Returns: Whether that was in time, so that whoever asked may be told here.
    private func ended(_ worker: RunnerState<Sender, Job>.WorkerID, _ result: CallbackResult<Answer>) -> Bool {
        switch result {
        case .answered, .failed:
            let (isLate, change) = self.guarded.withLock { $0.state.answered(worker) }
            guard !isLate else { return false }
            self.note(change)
            if case .answered = result { self.metrics.answered() } else { self.metrics.failed() }
        case .unanswered(let error):
            let now = self.clock.now()
            let (isLate, effect) = self.guarded.withLock { guarded in
                var generator = SystemRandomNumberGenerator()
                return guarded.state.unanswered(worker, at: now, using: &generator)
            }
            guard !isLate else { return false }
            self.apply(effect)
            if error.code == .busy { self.metrics.refused() } else { self.metrics.failed() }
        }
        return true
    }

    /// Tells whatever waits or runs for too long, in one task for all.
    ///
    /// All time-outs are alike, so what comes during a nap, which is never longer than one, is not due before its end.
    private func watchTime() async {
        var generator = SystemRandomNumberGenerator()
        var wakeAt: ContinuousClock.Instant
        repeat {
            let now = self.clock.now()
            let (due, supervisors) = self.guarded.withLock { guarded in
                let due = guarded.state.due(at: now, using: &generator)
                return (due, due.late.map { guarded.supervisors[$0.worker] })
            }
            for job in due.expired { self.refuse(job, .waitedTooLong) }
            for (late, supervisor) in zip(due.late, supervisors) {
                self.metrics.timedOut()
                supervisor?.send(late.job)
            }
            self.apply(due.effect)
            wakeAt = now + due.nap
        } while (try? await self.clock.sleep(wakeAt)) != nil
    }
}
