import DequeModule
import EventLog

/// Replies on their way to the store, which is asked to keep them one commit after the other: each takes what has come
/// until it begins, and what an earlier one could not keep.
///
/// All replies lie in the once-window too, whose limits bound how many there are. Times are Unix milliseconds.
struct OutgoingReplies: Sendable {
    /// What came of a commit.
    struct Stored {
        /// What is to be told.
        let replies: [KeptReply]
        /// Whether the store is to be asked for another commit.
        let isMore: Bool
        /// See ``OutgoingReplies/isComplete``.
        let isComplete: Bool
    }

    /// A commit takes so many bytes of what failed before, and one reply at least.
    private static let maximumAgain = 1 << 20

    private var new: [KeptReply] = []
    /// In the commit that has begun.
    private var begun: [KeptReply] = []
    /// Told without being stored.
    private var failed: Deque<KeptReply> = []
    private var isAsked = false

    /// Whether all that was told is stored, as far as it has not expired.
    var isComplete: Bool { self.failed.isEmpty }

    /// Adds a reply.
    ///
    /// - Returns: Whether the store is to be asked for a commit; it has been already otherwise.
    mutating func add(_ reply: KeptReply) -> Bool {
        self.new.append(reply)
        defer { self.isAsked = true }
        return !self.isAsked
    }

    /// A commit begins.
    ///
    /// - Returns: What it keeps.
    mutating func begin(now: Int64) -> [KeptReply] {
        var bytes = 0
        while bytes < Self.maximumAgain, let reply = self.failed.popFirst() {
            guard reply.expires > now else { continue }
            bytes += reply.reply.count
            self.begun.append(reply)
        }
        // Mostly nothing has failed: then what is new goes as it is.
        if self.begun.isEmpty { swap(&self.begun, &self.new) } else { self.begun += self.new }
        self.new = []
        return self.begun
    }

    /// The commit has succeeded.
    mutating func stored() -> Stored {
        defer { self.begun = [] }
        self.isAsked = !self.new.isEmpty || !self.failed.isEmpty
        return Stored(replies: self.begun, isMore: self.isAsked, isComplete: self.isComplete)
    }

    /// The commit has failed, or could not begin.
    ///
    /// It is tried again with the next reply, not before: a store that fails may do so within the very call.
    ///
    /// - Returns: What is to be told as it is.
    mutating func failed(now: Int64) -> [KeptReply] {
        let replies = self.begun + self.new
        while let oldest = self.failed.first, oldest.expires <= now { self.failed.removeFirst() }
        self.failed.append(contentsOf: replies)
        self.begun = []
        self.new = []
        self.isAsked = false
        return replies
    }
}
