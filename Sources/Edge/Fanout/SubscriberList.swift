import NIOCore

/// The live subscribers of one channel that take the same bytes.
struct SubscriberList {
    /// What a delivery needs to know of a connection, side by side with its neighbours'.
    private struct Target {
        let socket: ConnectedSocket?
        let slot: WriteReadiness.Slot
    }

    private var targets: [Target] = []
    /// The same subscribers in the same order, for those whose connections cannot be written to at once.
    private(set) var subscriptions: [ChannelSubscription] = []

    var count: Int { self.targets.count }
    var isEmpty: Bool { self.targets.isEmpty }

    /// Adds a subscriber.
    ///
    /// - Returns: Its place.
    mutating func append(_ subscription: ChannelSubscription) -> Int {
        let connection = subscription.connection
        self.targets.append(Target(socket: connection.socket, slot: connection.slot))
        self.subscriptions.append(subscription)
        return self.targets.count - 1
    }

    /// Removes the subscriber at a place.
    ///
    /// - Returns: The one that stood last and stands there now; nil where that was the one removed.
    mutating func remove(at place: Int) -> ChannelSubscription? {
        self.targets.swapAt(place, self.targets.count - 1)
        self.subscriptions.swapAt(place, self.subscriptions.count - 1)
        self.targets.removeLast()
        self.subscriptions.removeLast()
        return place < self.subscriptions.count ? self.subscriptions[place] : nil
    }

    /// Writes the same packets to every subscriber.
    ///
    /// One whose connection breaks meanwhile takes itself out of the list that this one is a copy of, and is not ready.
    ///
    /// - Returns: Those whose connections are full: they were not written to.
    func write(_ packets: JoinedPackets, isOnlyChannel: Bool, readiness: WriteReadiness) -> [ChannelSubscription] {
        let count = packets.bytes.readableBytes
        var full: [ChannelSubscription] = []
        for (place, target) in self.targets.enumerated() {
            guard let socket = target.socket, readiness.isReady(target.slot, isOnlyChannel: isOnlyChannel) else {
                let subscription = self.subscriptions[place]
                if subscription.isOpen, !subscription.connection.deliver(packets) { full.append(subscription) }
                continue
            }
            let sent = socket.send(packets.bytes)
            if sent < count { self.subscriptions[place].connection.queueRest(of: packets.bytes, from: sent) }
        }
        return full
    }
}
