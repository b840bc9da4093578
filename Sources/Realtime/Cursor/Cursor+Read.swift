extension Cursor {
    /// Where a subscription begins, and what a read of the log is to bring.
    public enum Start: Hashable, Sendable {
        /// With what is committed from now on: the read brings the head alone.
        case now
        /// With the latest event, if it is retained (`retain: last`): the read brings the head and that event.
        case latest
        /// With the event after a position: the read brings a page of what follows; everything that is retained, from
        /// its beginning, where the position is of another epoch or beyond the head.
        case after(Position)
    }

    /// A read that the cursor's owner has to make; it is answered by ``Cursor/answered(_:to:at:)`` or
    /// ``Cursor/failed(_:)``.
    public struct Read: Hashable, Sendable {
        /// What is to be read.
        public let from: Start
        /// Tells the answer from those to earlier reads.
        let generation: UInt32
    }

    /// What a read brought, by numbers alone: the events stay with the cursor's owner.
    public struct Page: Hashable, Sendable {
        /// The channel's head when it was read.
        public let head: Position
        /// The events; an empty run after the head where there are none.
        let events: EventRun

        /// Describes a page whose head and events were read together, at one moment of the log.
        ///
        /// - Parameters:
        ///   - head: The channel's head; its epoch is that of all events.
        ///   - first: The first event's sequence number; nil where there is no event, which says that none is retained
        ///     after the position asked for. A limit must leave at least one.
        ///   - count: How many events there are.
        public init(head: Position, first: UInt64? = nil, count: Int = 0) {
            self.head = head
            self.events = EventRun(epoch: head.epoch, first: first ?? head.sequence &+ 1, count: count)
        }
    }
}
