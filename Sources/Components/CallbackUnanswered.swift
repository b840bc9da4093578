/// What a callback throws where it got no answer at all, so that asking again can help.
///
/// Any other error counts as an answer: asking again would only do its work twice.
public struct CallbackUnanswered: Error {
    /// Why, for the log: a short constant text that holds nothing of the message.
    public let reason: String
    /// How long to wait before the next attempt at least, where the callback knows.
    public let retryAfter: Duration?

    /// Creates the error.
    public init(_ reason: String, retryAfter: Duration? = nil) {
        self.reason = reason
        self.retryAfter = retryAfter
    }
}
