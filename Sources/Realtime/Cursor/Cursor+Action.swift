extension Cursor {
    /// What follows from having room.
    public enum Next: Hashable, Sendable {
        /// Read, and hand in the answer.
        case read(Read)
        /// The subscriber has all that was flushed: it moves into the live list.
        case live
        /// Nothing; it stays a follower.
        case wait
    }

    /// What follows from a read's answer or failure.
    public enum Answer: Hashable, Sendable {
        /// Write this; then call ``Cursor/resume(at:)`` as soon as the connection has room, which may be at once.
        case deliver(Delivery)
        /// The log cannot serve at present: call ``Cursor/resume(at:)`` after a while. Nothing is lost.
        case later
        /// The answer is to an earlier read, or the subscription is closed.
        case ignore
    }

    /// What a page brings to the subscriber, in this order.
    public struct Delivery: Hashable, Sendable {
        /// What SUBACK says; given once, by the first answer.
        public let verdict: Verdict?
        /// Events up to this position are lost to the subscriber, to be told on the topic.
        ///
        /// With a verdict it is what ``Verdict/recovered`` says already, and only a client without that property
        /// (MQTT 3.1.1) need be told.
        public let gap: Position?
        /// How many events at the page's front are not to be delivered; all others are.
        public let dropping: Int
    }

    /// What SUBACK says of the subscription's beginning, in its user properties of these names.
    public struct Verdict: Hashable, Sendable {
        /// The channel's head at that moment.
        public let position: Position
        /// Whether everything after the start follows.
        public let recovered: Recovery
    }

    /// What follows for a follower from a batch that its fan-out flushes.
    public enum Pass: Hashable, Sendable {
        /// Nothing of it is for this subscriber now; it stays a follower.
        case ignore
        /// Write the batch without its first `dropping` events, which may be all; the subscriber moves into the live
        /// list and is given the next batch there.
        case join(dropping: Int)
        /// The batch does not follow on what the subscriber has: read, and hand in the answer.
        case read(Read)
    }
}
