public import Logging
public import NIOCore
import Realtime
import Synchronization

/// All connections of the edge, and the way from a committed event to the subscribers on every event loop.
///
/// Each event loop owns the connections it accepted and their subscriptions, so that delivering takes no lock: an event
/// enters each loop's ``Inbox`` once, and the loop encodes it once for all of its subscribers.
public final class Hub: Sendable {
    let configuration: EdgeConfiguration
    let metrics: EdgeMetrics
    let shared: EdgeShared
    private let loops: [NIOLoopBound<EdgeLoop>]
    private let indexes: [ObjectIdentifier: Int]
    private let inboxes: [Inbox]

    /// Creates a hub over all the loops of a group.
    ///
    /// The `node` names this bridge in `done` topics.
    ///
    /// - Throws: What a loop of the group throws when it is already shut down.
    public init(
        configuration: EdgeConfiguration,
        group: any EventLoopGroup,
        node: String,
        delegate: any EdgeDelegate,
        metrics: EdgeMetrics,
        logger: Logger
    ) async throws {
        self.configuration = configuration
        self.metrics = metrics
        let shared = EdgeShared(configuration: configuration, node: node, metrics: metrics)
        self.shared = shared
        var loops: [NIOLoopBound<EdgeLoop>] = []
        var inboxes: [Inbox] = []
        var indexes: [ObjectIdentifier: Int] = [:]
        for eventLoop in group.makeIterator() {
            let inbox = Inbox()
            let index = loops.count
            let loop = try await eventLoop.submit {
                NIOLoopBound(
                    EdgeLoop(
                        eventLoop: eventLoop,
                        index: index,
                        configuration: configuration,
                        inbox: inbox,
                        shared: shared,
                        delegate: delegate,
                        metrics: metrics,
                        logger: logger
                    ),
                    eventLoop: eventLoop
                )
            }.get()
            indexes[ObjectIdentifier(eventLoop)] = index
            loops.append(loop)
            inboxes.append(inbox)
        }
        self.loops = loops
        self.inboxes = inboxes
        self.indexes = indexes
        for loop in loops {
            try await loop.eventLoop.submit { loop.value.hub = self }.get()
        }
    }

    /// Connections that have shown neither a grant nor an HTTP request.
    public var pending: PendingConnections { self.shared.pending }

    /// Closes a connection whose session another one has taken over.
    func takeOver(from holder: SessionDirectory.Holder) {
        let loop = self.loops[holder.loop]
        loop.eventLoop.execute { loop.value.takeOver(from: holder.connection) }
    }

    /// Does something with a connection on its own event loop, from any thread; with `nil` where it is gone.
    func onLoop(of holder: SessionDirectory.Holder, _ act: @escaping @Sendable (ConnectionHandler?) -> Void) {
        let loop = self.loops[holder.loop]
        loop.eventLoop.execute { act(loop.value.connections[holder.connection]) }
    }

    /// Delivers committed events to all subscribers, in the given order.
    ///
    /// Calls must come one after the other in commit order; each returns at once.
    public func deliver(_ events: [DeliverableEvent]) {
        for (loop, inbox) in zip(self.loops, self.inboxes) where inbox.push(events) {
            let eventLoop = loop.eventLoop
            if eventLoop.inEventLoop {
                loop.value.needsTurn()
            } else {
                eventLoop.execute { loop.value.needsTurn() }
            }
        }
    }

    /// Tells every connection that the bridge is shutting down (0x8B), and closes it.
    public func closeAll() async {
        for loop in self.loops {
            // Fails only when the loop has been shut down, and its connections with it.
            try? await loop.eventLoop.submit { loop.value.closeAll() }.get()
        }
    }

    /// Makes an accepted channel a connection of the edge that speaks MQTT at once.
    ///
    /// Must be called on the channel's event loop.
    public func adoptTCP(_ channel: any NIOCore.Channel) throws {
        try self.adopt(channel, transport: .tcp)
    }

    /// Makes an accepted channel a connection of the edge that begins with a WebSocket handshake (RFC 6455, section 4).
    ///
    /// Must be called on the channel's event loop.
    public func adoptWebSocket(_ channel: any NIOCore.Channel) throws {
        try self.adopt(channel, transport: .handshake)
    }

    private func adopt(_ channel: any NIOCore.Channel, transport: Transport) throws {
        guard let index = self.indexes[ObjectIdentifier(channel.eventLoop)] else {
            throw EdgeError(code: .foreignEventLoop, message: "the channel is not on one of the hub's event loops")
        }
        let handler = ConnectionHandler(loop: self.loops[index], transport: transport)
        try channel.pipeline.syncOperations.addHandler(handler)
    }
}
