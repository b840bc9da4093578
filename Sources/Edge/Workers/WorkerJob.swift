public import Realtime

/// A message that a component's worker is to answer.
public struct WorkerJob: Sendable {
    /// Names the job: 128 random bits, so that only who was handed it can answer it.
    public let id: String
    /// The component whose workers may get it.
    public let component: ComponentName
    /// The message.
    public let body: [UInt8]

    /// Creates a job.
    public init(id: String, component: ComponentName, body: [UInt8]) {
        self.id = id
        self.component = component
        self.body = body
    }
}

/// What became of a job that a worker had.
public enum WorkerOutcome: Sendable {
    /// The worker published an answer.
    case answered([UInt8])
    /// The worker's connection ended first, or could not take the job.
    case lost
}
