import NIOCore

/// The subscribers of one channel that take the same bytes.
struct SubscriberList {
    /// What a delivery needs to know of a connection, side by side with its neighbours'.
    private struct Target {
        let socket: ConnectedSocket?
        let slot: WriteReadiness.Slot
    }

    private var targets: [Target] = []
    /// The same connections in the same order, for those that cannot be written to at once.
    private(set) var connections: [ConnectionHandler] = []

    var count: Int { self.targets.count }
    var isEmpty: Bool { self.targets.isEmpty }

    /// Adds a connection.
    ///
    /// - Returns: Its place.
    mutating func append(_ connection: ConnectionHandler) -> Int {
        self.targets.append(Target(socket: connection.socket, slot: connection.slot))
        self.connections.append(connection)
        return self.targets.count - 1
    }

    /// Removes the connection at a place.
    ///
    /// - Returns: The one that stood last and stands there now; nil where that was the one removed.
    mutating func remove(at place: Int) -> ConnectionHandler? {
        self.targets.swapAt(place, self.targets.count - 1)
        self.connections.swapAt(place, self.connections.count - 1)
        self.targets.removeLast()
        self.connections.removeLast()
        return place < self.connections.count ? self.connections[place] : nil
    }

    /// Writes the same packets to every connection.
    ///
    /// A connection that breaks meanwhile takes itself out of the list that this one is a copy of, and is not ready.
    func write(_ packets: JoinedPackets, isOnlyChannel: Bool, readiness: WriteReadiness) {
        let count = packets.bytes.readableBytes
        for (place, target) in self.targets.enumerated() {
            guard let socket = target.socket, readiness.isReady(target.slot, isOnlyChannel: isOnlyChannel) else {
                self.connections[place].deliver(packets)
                continue
            }
            let sent = socket.send(packets.bytes)
            if sent < count { self.connections[place].queueRest(of: packets.bytes, from: sent) }
        }
    }
}
