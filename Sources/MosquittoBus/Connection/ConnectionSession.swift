internal import Foundation
internal import Logging
internal import MessageBus

/// One connection, from the attempt to its end; lives on the bus's thread.
final class ConnectionSession {
    /// How long the broker may take to answer CONNECT.
    private static let acceptanceTime = Duration.seconds(10)
    /// How long what is queued may take to leave once the bus is stopped.
    private static let drainTime = Duration.seconds(2)
    /// How many packets are read, or messages handed over, before the other direction has its turn.
    private static let turn = 256

    let core: ConnectionCore
    let handle: MosquittoHandle
    let isFirst: Bool
    /// Who has subscribed, as far as the broker was told.
    var subscriptions: [BusSubscription] = []
    var inFlight = InFlightWindow()
    var unanswered: [Int32: BusTopicFilter] = [:]
    var acceptedAt: ContinuousClock.Instant?
    var end: SessionEnd?
    private var subscribed: Set<BusTopicFilter> = []
    private var renewedCount = 0
    private var batch: ArraySlice<OutboundMessage> = []
    private var mayReadMore = false
    private var mayHandOverMore = false
    private var nextKeepAlive = ContinuousClock.now
    private var deadline: ContinuousClock.Instant?

    init(core: ConnectionCore, handle: MosquittoHandle, isFirst: Bool) {
        self.core = core
        self.handle = handle
        self.isFirst = isFirst
    }

    /// Runs the connection to its end; what was not acknowledged by then has failed.
    func run() -> SessionEnd {
        do throws(BusError) {
            guard self.core.setBlocked(true) else { return SessionEnd(reason: "stopped") }
            try self.handle.connect()
            guard self.core.setBlocked(false) else { return SessionEnd(reason: "stopped") }
            self.deadline = .now + Self.acceptanceTime
            while self.end == nil { try self.runTurn() }
        } catch {
            self.process()
            self.finish(error.message, version: self.deadline == nil ? .fine : .suspect)
        }
        let lost = Array(self.batch) + self.inFlight.takeAll()
        self.core.complete(lost, .failure(BusError(.connectionLost, "the connection ended before the acknowledgement")))
        return self.end ?? SessionEnd(reason: "ended")
    }

    /// Ends the session, unless it has ended already: the first reason is the one that tells most.
    func finish(_ reason: String, version: SessionEnd.Version = .fine) {
        guard self.end == nil else { return }
        let lasted = self.acceptedAt.map { $0.duration(to: .now) }
        self.end = SessionEnd(reason: reason, connectedFor: lasted, version: lasted == nil ? version : .fine)
    }

    /// Takes note that the broker has accepted the connection.
    func accept() {
        self.acceptedAt = .now
        self.deadline = nil
        self.core.connected(isFirst: self.isFirst)
        self.core.logger.info("Broker is connected", metadata: [LogKey.broker: "\(self.core.configuration)"])
    }

    private func runTurn() throws(BusError) {
        let subscriptions = self.core.beginTurn()
        if self.acceptedAt != nil {
            try self.renew(subscriptions)
            try self.handOver()
        }
        try self.checkDeadlines()
        guard self.end == nil, let socket = self.handle.socket else {
            self.finish("the connection was closed", version: .suspect)
            return
        }
        self.wait(socket)
        self.mayReadMore = try self.handle.read(limit: Self.turn)
        self.process()
        if self.end == nil, self.handle.wantsWrite { try self.handle.write() }
        if self.end == nil, ContinuousClock.now >= self.nextKeepAlive {
            self.nextKeepAlive = .now + .seconds(1)
            try self.handle.keepAlive()
        }
        self.process()
    }

    private func wait(_ socket: Int32) {
        let events = Int16(POLLIN) | (self.handle.wantsWrite ? Int16(POLLOUT) : 0)
        var descriptors = [
            pollfd(fd: socket, events: events, revents: 0),
            pollfd(fd: self.core.wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let isBusy = self.mayReadMore || self.mayHandOverMore && self.canHandOver
        let until = min(self.nextKeepAlive, self.deadline ?? self.nextKeepAlive)
        // An interrupted poll is as good as one that has found nothing: the turn goes on either way.
        _ = poll(&descriptors, 2, isBusy ? 0 : ContinuousClock.now.duration(to: until).pollTimeout)
        if descriptors[1].revents != 0 { self.core.wakeUp.clear() }
    }

    private var canHandOver: Bool {
        self.acceptedAt != nil && !self.inFlight.isFull && !self.handle.wantsWrite
    }

    /// Hands messages to the library as long as the socket takes them: what the library holds back has no bound.
    private func handOver() throws(BusError) {
        var left: [OutboundMessage] = []
        defer { self.core.complete(left, .success(())) }
        self.mayHandOverMore = true
        for _ in 0..<Self.turn where self.canHandOver {
            if self.batch.isEmpty {
                // Who subscribes and then publishes expects the broker to see it in that order.
                let (messages, subscriptions) = self.core.takeQueued()
                self.batch = messages[...]
                try self.renew(subscriptions)
            }
            guard let message = self.batch.popFirst() else {
                self.mayHandOverMore = false
                break
            }
            do throws(BusError) {
                self.inFlight.handOver(message, id: try self.handle.publish(message))
                if message.qos == .atMostOnce { left.append(message) }
            } catch {
                self.core.complete(CollectionOfOne(message), .failure(error))
                if error.code == .connectionLost { throw error }
            }
        }
    }

    private func renew(_ subscriptions: [BusSubscription]) throws(BusError) {
        self.subscriptions = subscriptions
        for subscription in self.subscriptions.dropFirst(self.renewedCount) {
            for filter in subscription.filters where self.subscribed.insert(filter).inserted {
                self.unanswered[try self.handle.subscribe(filter)] = filter
            }
        }
        self.renewedCount = self.subscriptions.count
        let link = LinkState(state: .connected, isSubscribed: self.unanswered.isEmpty)
        if self.core.link.value != link { self.core.link.set(link) }
    }

    private func checkDeadlines() throws(BusError) {
        if self.core.isStopping {
            if self.acceptedAt == nil || self.isDrained || self.isOver(self.startDraining()) {
                self.handle.disconnect()
                self.finish("stopped")
            }
        } else if self.isOver(self.deadline) {
            throw BusError(.connectionFailed, "the broker did not answer CONNECT")
        }
    }

    private var isDrained: Bool {
        self.batch.isEmpty && self.inFlight.isEmpty && !self.handle.wantsWrite && self.core.isQueueEmpty
    }

    private func startDraining() -> ContinuousClock.Instant {
        let deadline = self.deadline ?? .now + Self.drainTime
        self.deadline = deadline
        return deadline
    }

    private func isOver(_ deadline: ContinuousClock.Instant?) -> Bool {
        deadline.map { $0 <= .now } ?? false
    }
}
