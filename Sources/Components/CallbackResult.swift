public import Realtime

/// How a message to a callback ended.
public enum CallbackResult<Answer: Sendable>: Sendable {
    /// The callback answered.
    case answered(Answer)
    /// The callback answered with an error: `callback_failed` with an incident id, which the log has too.
    case failed(RealtimeError)
    /// The callback did not run, or gave no answer, so that it may be asked again.
    ///
    /// `busy` where it did not run; `timeout`; `callback_failed` with an incident id where all attempts were in vain.
    case unanswered(RealtimeError)
}
