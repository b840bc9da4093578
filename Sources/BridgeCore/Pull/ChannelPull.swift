import Edge
public import Realtime

/// One channel that is read from the log at the reader's pace: the same start, and the same cursor, as a subscription of
/// the edge, which nothing is flushed to.
struct ChannelPull: Sendable {
    let channel: ChannelHash
    /// The read to be made next; nil where it has all that it knows of.
    private(set) var wanted: Cursor.Read?
    /// The last read brought nothing though there should be more: asking at once would spin.
    private(set) var isLate = false

    /// What an area with `history: grant` shows nothing up to.
    private let bound: Position
    private var start: Cursor.Start
    private var mayPrecedeGrant: Bool
    private var beginsAtGrant: Bool
    private var cursor = Cursor()

    /// Begins at what is asked for, else where the grant says, else now.
    init(_ channel: ChannelHash, since: Position?, granted: Position?) {
        self.channel = channel
        self.bound = granted ?? Position(epoch: .unknown, sequence: 0)
        self.start = (since ?? granted).map { .after($0) } ?? .latest
        self.mayPrecedeGrant = since != nil || granted == nil
        self.beginsAtGrant = since == nil && granted != nil
        self.wanted = self.cursor.start(self.start, notBefore: nil)
    }

    /// The last event that was handed out, or told as lost; nil before the first answer.
    var position: Position? { self.cursor.position(at: LiveEdge()) }

    /// Something was committed.
    mutating func wake() {
        self.cursor.missed()
        self.resume()
    }

    /// Takes the answer to ``wanted``.
    ///
    /// - Parameters:
    ///   - page: What was read.
    ///   - hasRoom: Whether its events are wanted; else they are read again, and only the beginning is told.
    /// - Returns: What there is; nil where there is something else to be read first.
    mutating func take(_ page: ReplayPage, hasRoom: Bool = true) -> PulledPage? {
        guard let read = self.wanted.take() else { return nil }
        if page.hidesHistory, self.mayPrecedeGrant {
            // The area shows nothing from before the grant, which only the log knew.
            self.mayPrecedeGrant = false
            self.wanted = self.cursor.start(self.start, notBefore: self.bound)
            return nil
        }
        if page.retainsLast, !page.hidesHistory, self.beginsAtGrant, page.events.isEmpty {
            // Nothing has come since the grant: a newcomer gets the latest event from before it.
            self.beginsAtGrant = false
            self.start = .latest
            self.wanted = self.cursor.start(.latest, notBefore: nil)
            return nil
        }
        (self.mayPrecedeGrant, self.beginsAtGrant) = (false, false)
        guard
            case .deliver(let delivery) = self.cursor.answered(page.numbers, to: read, at: LiveEdge(), hasRoom: hasRoom)
        else {
            self.isLate = true
            self.resume()
            return nil
        }
        self.isLate = false
        self.resume()
        return PulledPage(
            verdict: delivery.verdict,
            gap: delivery.gap,
            events: hasRoom ? page.events.dropFirst(delivery.dropping) : []
        )
    }

    /// The read failed; it is made again.
    mutating func failed() {
        guard let read = self.wanted.take() else { return }
        _ = self.cursor.failed(read)
        self.isLate = true
        self.resume()
    }

    private mutating func resume() {
        guard self.wanted == nil, case .read(let read) = self.cursor.resume(at: LiveEdge()) else { return }
        self.wanted = read
    }
}

/// What one read has brought of a channel.
public struct PulledPage: Sendable {
    /// Said by the first page: the channel's head, and whether everything after the start follows.
    public let verdict: Cursor.Verdict?
    /// Events up to here are lost to the reader.
    public let gap: Position?
    /// The events, in order.
    public let events: ArraySlice<EventRecord>
}
