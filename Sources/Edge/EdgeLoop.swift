import Logging
import MQTTCodec
import NIOCore
import Realtime

/// The part of the edge that lives on one event loop: its connections, their subscriptions, and the work of one turn.
///
/// All of it is confined to the loop; other threads reach it through an `NIOLoopBound` and the ``Inbox``.
///
/// A turn: sockets are read, what clients publish is gathered; then the gathered messages are committed in one batch,
/// committed events are encoded once for all subscribers, and every connection is written to once.
final class EdgeLoop {
    let eventLoop: any EventLoop
    let configuration: EdgeConfiguration
    let delegate: any EdgeDelegate
    let metrics: EdgeMetrics
    let shared: EdgeShared
    let readiness = WriteReadiness()
    let logger: Logger
    /// The hub that this loop is part of.
    weak var hub: Hub?

    /// Bytes of MQTT taken out of WebSocket frames; used again and again, since packets are handled at once.
    var scratch = ByteBuffer()

    let index: Int
    let inbox: Inbox
    private(set) var connections: [ConnectionID: ConnectionHandler] = [:]
    private var nextConnection: UInt64 = 0
    var fanouts: [ChannelHash: ChannelFanout] = [:]
    private var wheel = TimerWheel<ConnectionHandler>()
    private var ticker: RepeatedTask?

    private var hasNotedRetain = false
    private var refusalLines = LineLimit(perSecond: 20)
    private var turnIsScheduled = false
    private var gathered: [IngestedMessage] = []
    private var origins: [IngestOrigin] = []
    private var unflushed: [ConnectionHandler] = []
    private var spareBuffers: [ByteBuffer] = []
    /// Reads of the log for those that are not live.
    private(set) lazy var replays = ReplayQueue(eventLoop: self.eventLoop, delegate: self.delegate) {
        [unowned self] subscription, read, result in
        self.answered(subscription, read, result)
    }

    init(
        eventLoop: any EventLoop,
        index: Int,
        configuration: EdgeConfiguration,
        inbox: Inbox,
        shared: EdgeShared,
        delegate: any EdgeDelegate,
        metrics: EdgeMetrics,
        logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        self.index = index
        self.inbox = inbox
        self.shared = shared
        self.logger = logger
        self.delegate = delegate
        self.metrics = metrics
    }

    var bound: NIOLoopBound<EdgeLoop> { NIOLoopBound(self, eventLoop: self.eventLoop) }

    var sessions: SessionDirectory { self.shared.sessions }
    var pending: PendingConnections { self.shared.pending }
}

// MARK: - Connections

extension EdgeLoop {
    /// Takes in a new connection.
    func add(_ connection: ConnectionHandler) -> ConnectionID {
        self.nextConnection += 1
        let id = ConnectionID(rawValue: self.nextConnection)
        self.connections[id] = connection
        if self.ticker == nil {
            let bound = self.bound
            self.ticker = self.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
                bound.value.tick()
            }
        }
        return id
    }

    /// Forgets a connection that has gone.
    func remove(_ id: ConnectionID) {
        guard let connection = self.connections.removeValue(forKey: id) else { return }
        self.wheel.cancel(connection)
        if self.connections.isEmpty {
            self.ticker?.cancel()
            self.ticker = nil
        }
    }

    /// Where a connection of this loop lives.
    func holder(_ id: ConnectionID) -> SessionDirectory.Holder {
        SessionDirectory.Holder(loop: self.index, connection: id)
    }

    /// Says once that somebody sets the retain flag in vain.
    func noteRetain() {
        guard !self.hasNotedRetain else { return }
        self.hasNotedRetain = true
        self.logger.notice("a client of MQTT 3.1.1 publishes with the retain flag, which is cleared")
    }

    /// Logs why a connection was not taken in, unless too many are logged already.
    func note(_ message: Logger.Message, _ metadata: Logger.Metadata) {
        guard case .write(let leftOut) = self.refusalLines.take(now: self.now) else { return }
        var metadata = metadata
        if leftOut > 0 { metadata[LogKey.leftOut] = "\(leftOut)" }
        self.logger.info(message, metadata: metadata)
    }

    /// Closes a connection, on whatever loop it lives, since another one has its session now.
    func takeOver(from holder: SessionDirectory.Holder) {
        if holder.loop == self.index {
            self.takeOver(from: holder.connection)
        } else {
            self.hub?.takeOver(from: holder)
        }
    }

    /// Closes a connection of this loop, if it still lives.
    func takeOver(from id: ConnectionID) {
        guard let connection = self.connections[id] else { return }
        connection.close(.sessionTakenOver, "another connection with this client id took over")
        // Now, and not when its socket is gone: what the newcomer says comes behind it.
        connection.publishWill()
    }

    /// Closes every connection since the bridge is shutting down.
    func closeAll() {
        for connection in Array(self.connections.values) {
            connection.close(.serverShuttingDown, "the bridge is shutting down")
        }
    }

    /// Seconds since the loop had its first connection, counted while it has any.
    var now: UInt64 { self.wheel.now }

    /// Has the connection look at its deadlines after so many seconds.
    func check(_ connection: ConnectionHandler, after seconds: Int) {
        self.wheel.schedule(connection, after: seconds)
    }

    /// Has the connection look at its deadlines at a time within the next second, which the wheel's ticks would miss.
    func check(_ connection: ConnectionHandler, at time: TimeAmount) {
        let bound = self.bound
        let id = connection.id
        self.eventLoop.scheduleTask(in: time) { bound.value.connections[id]?.checkDeadlines() }
    }

    private func tick() {
        for connection in self.wheel.advance() {
            connection.checkDeadlines()
        }
    }
}

// MARK: - A turn

/// Which publish of which connection an ingested message came from.
struct IngestOrigin: Sendable {
    let connection: ConnectionID
    let packetID: UInt16
    let qos: QoS
}

extension EdgeLoop {
    /// Gathers a message for the batch that is committed at the end of this turn.
    func gather(_ message: IngestedMessage, from origin: IngestOrigin) {
        self.gathered.append(message)
        self.origins.append(origin)
        self.needsTurn()
    }

    /// Notes that a connection has bytes to be flushed at the end of this turn.
    func needsFlush(_ connection: ConnectionHandler) {
        self.unflushed.append(connection)
        self.needsTurn()
    }

    /// An empty buffer for what a connection gets in this turn.
    func takeBuffer() -> ByteBuffer {
        self.spareBuffers.popLast() ?? ByteBufferAllocator().buffer(capacity: 256)
    }

    /// Keeps a buffer for the next one who needs one, if nobody else holds it and it is small.
    func giveBack(_ buffer: consuming ByteBuffer) {
        guard self.spareBuffers.count < 64, buffer.storageCapacity <= 4096 else { return }
        // Copies nothing: a buffer that the channel holds gets new storage, and is as good as a new one.
        buffer.clear()
        self.spareBuffers.append(buffer)
    }

    /// Has ``turn()`` run once all sockets that are ready now have been read.
    func needsTurn() {
        guard !self.turnIsScheduled else { return }
        self.turnIsScheduled = true
        let bound = self.bound
        self.eventLoop.execute { bound.value.turn() }
    }

    private func turn() {
        self.commitGathered()
        self.drainInbox()
        // Only now, so that what was committed on this very thread does not ask for another turn.
        self.turnIsScheduled = false
        // The will of a connection that broke while it was written to.
        if !self.gathered.isEmpty { self.needsTurn() }
        let connections = self.unflushed
        self.unflushed.removeAll(keepingCapacity: connections.count <= 1024)
        for connection in connections {
            connection.flush()
        }
    }

    private func commitGathered() {
        guard !self.gathered.isEmpty else { return }
        let messages = self.gathered
        let origins = self.origins
        self.gathered = []
        self.origins = []
        let bound = self.bound
        let eventLoop = self.eventLoop
        self.delegate.ingest(messages) { results in
            if eventLoop.inEventLoop {
                bound.value.acknowledge(results, origins: origins)
            } else {
                eventLoop.execute { bound.value.acknowledge(results, origins: origins) }
            }
        }
    }

    private func acknowledge(_ results: [IngestResult], origins: [IngestOrigin]) {
        for result in results {
            let origin = origins[result.index]
            self.connections[origin.connection]?.settle(result.result, of: origin)
        }
    }
}
