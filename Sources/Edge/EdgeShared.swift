/// What all event loops of an edge share; each part has a lock of its own, and none is held while another is taken.
struct EdgeShared: Sendable {
    let sessions = SessionDirectory()
    let pending: PendingConnections
    let mailbox: ReplyMailbox
    let workers: WorkerDirectory
    /// Names this edge in `done` topics: 128 random bits.
    let node: String

    init(configuration: EdgeConfiguration, node: String, metrics: EdgeMetrics) {
        self.node = node
        self.pending = PendingConnections(
            limit: configuration.maximumPending,
            maximumOpen: configuration.maximumOpen,
            metrics: metrics
        )
        self.mailbox = ReplyMailbox(metrics: metrics)
        self.workers = WorkerDirectory(metrics: metrics)
    }
}
