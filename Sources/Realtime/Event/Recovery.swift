/// Whether everything after the position that somebody asked for is there.
public enum Recovery: String, Sendable {
    /// Everything after the position follows.
    case complete
    /// Some of it is gone, or the epoch is unknown, or the position lies beyond the head; what is retained follows.
    case gap
    /// No position was given.
    case none
}
