/// Which of one component's messages run and which wait.
///
/// What one sender sends runs in order, one after the other; senders run side by side, up to the limit.
struct DispatchState<Sender: Hashable & Sendable, Job: Sendable>: Sendable {
    /// What to do with a message that has come.
    enum Submission {
        case run(Job)
        case wait
        /// Too many wait already.
        case refuse
    }

    private let concurrency: Int
    private let maximumWaiting: Int
    /// Senders with a running or ready message, and what of theirs waits behind it.
    private var queues: [Sender: [Job]] = [:]
    /// Messages that wait for a free place only, first come first served.
    private var ready: [(sender: Sender, job: Job)] = []
    private var running = 0
    private(set) var waiting = 0

    init(concurrency: Int, maximumWaiting: Int) {
        self.concurrency = concurrency
        self.maximumWaiting = maximumWaiting
    }

    mutating func submit(_ job: Job, from sender: Sender) -> Submission {
        let isFree = self.queues[sender] == nil
        if isFree, self.running < self.concurrency {
            self.queues[sender] = []
            self.running += 1
            return .run(job)
        }
        guard self.waiting < self.maximumWaiting else { return .refuse }
        self.waiting += 1
        if isFree {
            self.queues[sender] = []
            self.ready.append((sender, job))
        } else {
            self.queues[sender, default: []].append(job)
        }
        return .wait
    }

    /// A sender's message has been answered.
    ///
    /// - Returns: The message that runs in its place, and its sender.
    mutating func finished(_ sender: Sender) -> (sender: Sender, job: Job)? {
        self.running -= 1
        if self.queues[sender]?.isEmpty == false, let next = self.queues[sender]?.removeFirst() {
            // Behind the others that are ready: a busy sender does not starve them.
            self.ready.append((sender, next))
        } else {
            self.queues[sender] = nil
        }
        guard !self.ready.isEmpty else { return nil }
        self.running += 1
        self.waiting -= 1
        return self.ready.removeFirst()
    }
}
