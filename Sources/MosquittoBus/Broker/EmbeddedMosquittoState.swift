/// Where the embedded broker stands.
public enum EmbeddedMosquittoState: Sendable, Hashable {
    /// It does not run, and is not meant to.
    case stopped
    /// It is about to run.
    case starting
    /// It serves, as the process with this number.
    case running(processID: Int32)
    /// It could not be started, or has ended; a further attempt follows.
    case failed(reason: String)
}
