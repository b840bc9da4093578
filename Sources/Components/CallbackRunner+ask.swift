import Logging
import Realtime
import Synchronization

extension CallbackRunner {
    /// Asks the callback, again where it does not answer, until the deadline at the latest.
    func ask(
        _ callback: Callback,
        _ request: Request,
        until deadline: ContinuousClock.Instant
    ) async -> CallbackResult<Answer> {
        do {
            return .answered(try await callback(request))
        } catch {
            return await self.askAgain(callback, request, until: deadline, after: error)
        }
    }

    /// Apart from ``ask(_:_:until:)``, so that a callback that answers pays nothing for it.
    private func askAgain(
        _ callback: Callback,
        _ request: Request,
        until deadline: ContinuousClock.Instant,
        after first: any Error
    ) async -> CallbackResult<Answer> {
        var error = first
        var backoff = Backoff(retries: self.settings.retries)
        var generator = SystemRandomNumberGenerator()
        while true {
            // Whatever a callback that is cancelled throws, it has not answered.
            if Task.isCancelled { return self.cutShort() }
            guard let unanswered = error as? CallbackUnanswered else {
                if let fault = error as? WebhookError, fault.wasNeverSent {
                    return .unanswered(self.incident("a webhook cannot be called", ["reason": "\(fault)"]))
                }
                var details: Logger.Metadata = ["error.type": "\(type(of: error))"]
                if let failure = error as? any CallbackFailure { details["reason"] = "\(failure)" }
                return .failed(self.incident("a component's callback failed", details))
            }
            let now = self.clock.now()
            let remaining = now.duration(to: deadline)
            let pause = backoff.next(retryAfter: unanswered.retryAfter, remaining: remaining, using: &generator)
            guard let pause else {
                let details: Logger.Metadata = [
                    "reason": "\(unanswered.reason)", "attempts": "\(backoff.attempts + 1)",
                ]
                return .unanswered(self.incident("a component's callback does not answer", details))
            }
            do {
                try await self.clock.sleep(now + pause)
            } catch {
                return self.cutShort()
            }
            self.metrics.retried()
            do {
                return .answered(try await callback(request))
            } catch let next {
                error = next
            }
        }
    }

    /// What a run that was cancelled is told as: at its time-out, or at the end of the bridge.
    private func cutShort() -> CallbackResult<Answer> {
        let isClosed = self.guarded.withLock { $0.state.isClosed }
        return .unanswered(
            RealtimeError(.timeout, isClosed ? "the bridge is shutting down" : "the callback took too long")
        )
    }

    private func incident(_ message: Logger.Message, _ details: Logger.Metadata) -> RealtimeError {
        let incident = Incident()
        let names: Logger.Metadata = ["component": "\(self.name)", "incident": "\(incident)"]
        self.logger.error(message, metadata: names.merging(details) { name, _ in name })
        return RealtimeError(.callbackFailed, "incident \(incident)")
    }
}
