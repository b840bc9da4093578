import Realtime

/// A session's subscription to one channel, on the event loop of its connection.
final class ChannelSubscription {
    /// Where it stands in its fan-out.
    enum Place {
        /// At an index of the live list of its encoding.
        case live(Int)
        /// At an index among those that are served from the log.
        case follower(Int)
    }

    /// Its connection, which closes its subscriptions before it goes.
    unowned let connection: ConnectionHandler
    let fanout: ChannelFanout
    let encoding: ChannelFanout.Encoding
    var cursor = Cursor()
    var place = Place.follower(-1)
    /// Until it ends; what comes later for it is dropped.
    private(set) var isOpen = true

    /// Where it begins, or begins again while it has not begun.
    var start: Cursor.Start
    /// Nothing up to here is delivered: the grant's position, in an area with `history: grant`.
    var notBefore: Position?
    /// The start may lie before the grant: the first answer, which says how the area is, is held against it.
    var mayPrecedeGrant: Bool
    /// It was not asked to begin anywhere, and begins where the grant says.
    var beginsAtGrant = false
    /// The SUBACK that waits for its first answer.
    var opening: PendingSubscribe?

    /// The read to be made next, and whether it waits in the queue already.
    var wanted: Cursor.Read?
    var isQueued = false

    init(
        connection: ConnectionHandler,
        fanout: ChannelFanout,
        encoding: ChannelFanout.Encoding,
        start: Cursor.Start,
        mayPrecedeGrant: Bool
    ) {
        self.connection = connection
        self.fanout = fanout
        self.encoding = encoding
        self.start = start
        self.mayPrecedeGrant = mayPrecedeGrant
    }

    var isLive: Bool {
        if case .live = self.place { true } else { false }
    }

    /// Ends it: whatever comes for it is dropped.
    func close() {
        self.isOpen = false
        self.cursor.close()
        self.opening?.withdraw(self)
        self.opening = nil
        self.fanout.remove(self)
    }
}
