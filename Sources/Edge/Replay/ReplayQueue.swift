import NIOCore
import Realtime

/// The reads of the log for the subscriptions of one event loop: in the order of asking, few at once, a bounded number
/// in one turn, so that catching up takes nothing from what is live, and one for each connection, so that no client
/// takes the place of others.
///
/// Bounded by the number of subscriptions: each is in it once at the most.
final class ReplayQueue {
    /// What one read brings at the most.
    private static let limit = ReplayLimit(events: 500, bytes: 128 * 1024)
    /// What the first one brings: it is kept until all of a SUBSCRIBE's are there.
    private static let openingLimit = ReplayLimit(events: 100, bytes: 16 * 1024)
    private static let maximumReading = 8
    private static let maximumInTurn = 4
    /// How long a subscription waits whose connection has used up its credit, or whose read has failed.
    private static let pause = TimeAmount.milliseconds(500)

    private let eventLoop: any EventLoop
    private let delegate: any EdgeDelegate
    private let answer: (ChannelSubscription, Cursor.Read, Result<ReplayPage, RealtimeError>) -> Void
    private var waiting: [ChannelSubscription] = []
    /// Subscriptions at the front of `waiting` that have left it.
    private var served = 0
    private var reading = 0
    private var begunInTurn = 0
    private var isPumping = false
    private var isScheduled = false

    init(
        eventLoop: any EventLoop,
        delegate: any EdgeDelegate,
        answer: @escaping (ChannelSubscription, Cursor.Read, Result<ReplayPage, RealtimeError>) -> Void
    ) {
        self.eventLoop = eventLoop
        self.delegate = delegate
        self.answer = answer
    }

    private var bound: NIOLoopBound<ReplayQueue> { NIOLoopBound(self, eventLoop: self.eventLoop) }

    /// Makes a read for a subscription, in place of one that has not begun.
    func add(_ read: Cursor.Read, for subscription: ChannelSubscription) {
        subscription.wanted = read
        guard !subscription.isQueued else { return }
        subscription.isQueued = true
        self.appendWithCredit(subscription)
    }

    private func appendWithCredit(_ subscription: ChannelSubscription) {
        guard subscription.isOpen else { return }
        let connection = subscription.connection
        guard connection.replayCredit.isLeft(now: connection.loop.now) else {
            return self.later { self.appendWithCredit(subscription) }
        }
        self.append(subscription)
    }

    /// Has something done after a pause.
    func later(_ body: @escaping () -> Void) {
        self.eventLoop.assumeIsolated().scheduleTask(in: Self.pause, body)
    }

    private func append(_ subscription: ChannelSubscription) {
        self.waiting.append(subscription)
        self.pump()
    }

    private func pump() {
        guard !self.isPumping else { return }
        self.isPumping = true
        defer { self.isPumping = false }
        while self.reading < Self.maximumReading, self.served < self.waiting.count {
            self.schedule()
            guard self.begunInTurn < Self.maximumInTurn else { return }
            self.begunInTurn += 1
            let subscription = self.waiting[self.served]
            self.served += 1
            self.begin(subscription)
        }
        if self.served == self.waiting.count {
            self.waiting.removeAll(keepingCapacity: self.served <= 1024)
            self.served = 0
        }
    }

    /// Has the next turn begin, with what this one has left.
    private func schedule() {
        guard !self.isScheduled else { return }
        self.isScheduled = true
        let bound = self.bound
        self.eventLoop.execute {
            bound.value.isScheduled = false
            bound.value.begunInTurn = 0
            bound.value.pump()
        }
    }

    private func begin(_ subscription: ChannelSubscription) {
        guard subscription.isOpen else {
            subscription.isQueued = false
            return
        }
        let connection = subscription.connection
        guard !connection.isReadFor else { return connection.waitingForReads.append(subscription) }
        subscription.isQueued = false
        guard let read = subscription.wanted.take() else { return }
        guard connection.hasRoom else {
            // It goes on when there is room.
            _ = subscription.cursor.failed(read)
            return
        }
        self.reading += 1
        connection.isReadFor = true
        // With its connection, which may have gone by then, or have given this subscription up.
        let bound = NIOLoopBound(
            (queue: self, subscription: subscription, connection: connection),
            eventLoop: self.eventLoop
        )
        let eventLoop = self.eventLoop
        let limit = subscription.opening == nil ? Self.limit : Self.openingLimit
        self.delegate.read(subscription.fanout.hash, from: read.from, limit: limit) { result in
            let end: @Sendable () -> Void = {
                let (queue, subscription, connection) = bound.value
                queue.end(subscription, of: connection, read, result)
            }
            if eventLoop.inEventLoop { end() } else { eventLoop.execute(end) }
        }
    }

    private func end(
        _ subscription: ChannelSubscription,
        of connection: ConnectionHandler,
        _ read: Cursor.Read,
        _ result: Result<ReplayPage, RealtimeError>
    ) {
        self.reading -= 1
        connection.isReadFor = false
        self.waiting.append(contentsOf: connection.waitingForReads)
        connection.waitingForReads.removeAll()
        if subscription.isOpen { self.answer(subscription, read, result) }
        self.pump()
    }
}
