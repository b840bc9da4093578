/// The cursor of one subscription: where it stands in its channel, from its start through replay to live and back.
///
/// A channel's fan-out has a list of live subscribers, who get every batch as it is, and one of followers: all others.
/// The list alone says that a live subscriber has everything up to the fan-out's ``LiveEdge``, so that its cursor is
/// not touched. A follower is served by reads of the log until it has what was flushed. The owner
///
/// - adds the follower to its fan-out, then makes the read that ``start(_:notBefore:)`` returns;
/// - hands in what comes of a read (``answered(_:to:at:)``, ``failed(_:)``), and that there is room (``resume(at:)``);
/// - for each batch first asks the ``LiveEdge``, then serves the live list, where a full connection does not get the
///   batch but falls behind (``fellBehind(at:)``), then tells the followers (``passed(_:hasRoom:)``). Who joins
///   meanwhile is live from the next batch on.
///
/// It rests on the log being level with the fan-out or ahead of it: an event is committed before it is flushed. At most
/// one read's answer counts at a time. Events are never kept here, only where delivery stands.
public struct Cursor: Sendable {
    /// A position is always that of the last event delivered, or of the last one told as lost.
    enum State: Sendable {
        /// Not started, or ended.
        case closed
        /// The first read is outstanding; whether a batch has passed meanwhile.
        case opening(Start, overtaken: Bool)
        /// The first read failed.
        case unopened(Start)
        /// A read is outstanding; whether a batch has passed meanwhile.
        case reading(after: Position, overtaken: Bool)
        /// Waiting for room; whether there is more to be read, as far as is known.
        case paused(after: Position, isBehind: Bool)
        /// Ahead of the fan-out: what it flushes up to here has been delivered.
        case skipping(through: Position)
        /// In the live list: stands at the fan-out's edge.
        case live
    }

    var state = State.closed
    /// No event up to this position is ever delivered.
    var notBefore: Position?
    private var generation: UInt32 = 0

    /// Creates a cursor that is closed until it is started.
    public init() {}

    /// Starts the subscription, or starts it again from wherever it is; answers to earlier reads count no more.
    ///
    /// A live subscriber becomes a follower. A new SUBSCRIBE that names no start goes on at ``position(at:)``, since
    /// replacing a subscription must not lose anything (MQTT 5, 3.8.4).
    ///
    /// - Parameters:
    ///   - start: Where delivery begins.
    ///   - notBefore: The grant's position where the area has `history: grant`: nothing up to it is delivered. Events
    ///     of another epoch cannot be held against it: what the log has when that epoch is entered counts as before.
    /// - Returns: The first read.
    public mutating func start(_ start: Start, notBefore: Position? = nil) -> Read {
        self.notBefore = notBefore
        return self.open(start)
    }

    /// Goes on with reading or with live events, now that the connection has room.
    ///
    /// After ``Answer/later`` it is called once the delay is over too. At other times it does nothing.
    ///
    /// - Parameter edge: How far the fan-out has flushed.
    /// - Returns: A read, or whether the subscriber is live.
    public mutating func resume(at edge: LiveEdge) -> Next {
        switch self.state {
        case .unopened(let start):
            return .read(self.open(start))
        case .paused(let position, isBehind: true):
            return .read(self.read(after: position))
        case .paused(let position, isBehind: false):
            if edge.position == position {
                self.state = .live
                return .live
            }
            self.state = .skipping(through: position)
            return .wait
        case .closed, .opening, .reading, .skipping, .live:
            return .wait
        }
    }

    /// Leaves the live list: the connection is full, or the batch breaks with what was flushed before.
    ///
    /// The batch is not delivered; the subscriber is a follower from now on, and goes on with ``resume(at:)``.
    ///
    /// - Parameter position: Where live subscribers stood before the batch, as ``LiveEdge/Step`` says.
    public mutating func fellBehind(at position: Position) {
        guard case .live = self.state else { return }
        self.state = .paused(after: position, isBehind: true)
    }

    /// Batches were lost on their way to the fan-out: whatever passes by next, the log may have more before it.
    ///
    /// For followers; live subscribers fall behind. Then ``resume(at:)`` goes on.
    public mutating func missed() {
        switch self.state {
        case .opening(let start, _): self.state = .opening(start, overtaken: true)
        case .reading(let position, _): self.state = .reading(after: position, overtaken: true)
        case .paused(let position, _), .skipping(let position): self.state = .paused(after: position, isBehind: true)
        case .closed, .unopened, .live: break
        }
    }

    /// Ends the subscription: nothing is delivered any more, and an outstanding read's answer is ignored.
    public mutating func close() {
        self.state = .closed
    }

    /// Where the subscriber stands: the last event that was delivered to it or told as lost.
    ///
    /// - Parameter edge: How far the fan-out has flushed.
    /// - Returns: The position; nil before the first answer and after the end.
    public func position(at edge: LiveEdge) -> Position? {
        switch self.state {
        case .closed, .opening, .unopened: nil
        case .reading(let position, _), .paused(let position, _), .skipping(let position): position
        case .live: edge.position
        }
    }
}

// MARK: - Reads

extension Cursor {
    /// Whether an answer belongs to the last read.
    public func awaits(_ read: Read) -> Bool { read.generation == self.generation }

    /// Makes the first read.
    private mutating func open(_ start: Start) -> Read {
        self.state = .opening(start, overtaken: false)
        self.generation &+= 1
        return Read(from: self.bounded(start), generation: self.generation)
    }

    /// Where reading begins: what lies before the bound is not even read, though the verdict is on the start asked for.
    private func bounded(_ start: Start) -> Start {
        guard let notBefore = self.notBefore, case .after(let position) = start,
            position.epoch == notBefore.epoch, position.sequence < notBefore.sequence
        else { return start }
        return .after(notBefore)
    }

    /// Makes a further read.
    mutating func read(after position: Position) -> Read {
        self.state = .reading(after: position, overtaken: false)
        self.generation &+= 1
        return Read(from: .after(position), generation: self.generation)
    }
}
