/// What is told about a message that was handed to a callback.
///
/// ``late`` comes at most once and before the end; ``ended(_:)`` comes exactly once. A callback that ends since its
/// time-out cancels it is told as both: first late, then `unanswered(timeout)`. Calls come from any thread.
public enum CallbackEvent<Answer: Sendable>: Sendable {
    /// The time-out has passed: whoever asked is told `timeout` now, though the callback is still under way.
    case late
    /// Nothing more comes.
    case ended(CallbackResult<Answer>)
}
