import DequeModule
import EventLog

/// Replies on their way to the store: what comes while it commits is given to it together, and what it could not take is
/// given to it again.
///
/// One batch is under way at a time. Times are Unix milliseconds. All replies lie in the once-window too, whose limits
/// bound how many there are.
struct OutgoingReplies: Sendable {
    /// A batch takes so many bytes of what failed before, and one reply at least.
    private static let maximumAgain = 1 << 20

    /// Not given to the store yet.
    private var new: [KeptReply] = []
    /// Told without being stored.
    private var failed: Deque<KeptReply> = []
    private var isKeeping = false
    /// Whether the batch under way has some that failed before.
    private var isAgain = false

    /// Whether all that was told is stored, as far as it has not expired.
    var isComplete: Bool { self.failed.isEmpty && !self.isAgain }

    /// Adds a reply.
    ///
    /// - Returns: The batch to be stored; empty while another is under way.
    mutating func add(_ reply: KeptReply, now: Int64) -> [KeptReply] {
        self.new.append(reply)
        return self.isKeeping ? [] : self.take(now: now)
    }

    /// The batch was stored.
    ///
    /// - Returns: The next one; empty where there is none.
    mutating func stored(now: Int64) -> [KeptReply] {
        self.take(now: now)
    }

    /// The batch was not stored.
    ///
    /// It is given to the store again with the next reply, not before: a store that fails may do so within the very call.
    ///
    /// - Returns: What came meanwhile and is not stored either: to be told as it is.
    mutating func failed(_ batch: [KeptReply], now: Int64) -> [KeptReply] {
        let rest = self.new
        while let oldest = self.failed.first, oldest.expires <= now { self.failed.removeFirst() }
        self.failed.append(contentsOf: batch)
        self.failed.append(contentsOf: rest)
        self.new = []
        self.isKeeping = false
        self.isAgain = false
        return rest
    }

    private mutating func take(now: Int64) -> [KeptReply] {
        var batch: [KeptReply] = []
        var bytes = 0
        while bytes < Self.maximumAgain, let reply = self.failed.popFirst() {
            guard reply.expires > now else { continue }
            bytes += reply.reply.count
            batch.append(reply)
        }
        self.isAgain = !batch.isEmpty
        // Mostly nothing has failed: then what is new goes as it is.
        if batch.isEmpty { swap(&batch, &self.new) } else { batch += self.new }
        self.new = []
        self.isKeeping = !batch.isEmpty
        return batch
    }
}
