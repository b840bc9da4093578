import MQTTCodec
import Realtime

/// One channel's subscribers on one event loop, and the events that wait for the end of the loop's turn.
///
/// Live subscribers get every batch as it is; followers are served from the log until they have what was flushed.
final class ChannelFanout {
    /// Which of the four encodings of an event a connection takes.
    struct Encoding: Hashable {
        let version: MQTTVersion
        let isWebSocket: Bool

        var index: Int { (self.version == .v5 ? 2 : 0) + (self.isWebSocket ? 1 : 0) }

        static let all = [MQTTVersion.v3_1_1, .v5].flatMap { version in
            [false, true].map { Encoding(version: version, isWebSocket: $0) }
        }
    }

    let hash: ChannelHash
    let topic: [UInt8]
    /// How far batches were flushed.
    var edge = LiveEdge()
    private var live = Array(repeating: SubscriberList(), count: 4)
    private(set) var followers: [ChannelSubscription] = []
    private var pending: [DeliverableEvent] = []

    init(hash: ChannelHash, site: SiteName) {
        self.hash = hash
        self.topic = Array(Topic.channel(hash).text(site: site).utf8)
    }

    var isEmpty: Bool { self.followers.isEmpty && self.live.allSatisfy(\.isEmpty) }

    /// The live subscribers of an encoding.
    func live(_ encoding: Encoding) -> SubscriberList { self.live[encoding.index] }

    /// Adds an event to what leaves at the end of the turn.
    ///
    /// - Returns: Whether it is the first of this turn.
    func enqueue(_ event: DeliverableEvent) -> Bool {
        self.pending.append(event)
        return self.pending.count == 1
    }

    /// Takes what leaves now.
    func takePending() -> [EventBatch] {
        let events = self.pending
        self.pending.removeAll(keepingCapacity: events.count <= 64)
        return EventBatch.batches(of: events, topic: self.topic)
    }
}

// MARK: - Who stands where

extension ChannelFanout {
    /// Adds a subscriber, as a follower.
    func add(_ subscription: ChannelSubscription) {
        subscription.place = .follower(self.followers.count)
        self.followers.append(subscription)
    }

    /// Takes a subscriber out.
    func remove(_ subscription: ChannelSubscription) {
        switch subscription.place {
        case .live(let index):
            self.live[subscription.encoding.index].remove(at: index)?.place = .live(index)
        case .follower(let index):
            let last = self.followers.removeLast()
            guard last !== subscription else { return }
            self.followers[index] = last
            last.place = .follower(index)
        }
    }

    /// A follower has everything that was flushed.
    func goLive(_ subscription: ChannelSubscription) {
        self.remove(subscription)
        subscription.place = .live(self.live[subscription.encoding.index].append(subscription))
    }

    /// A live subscriber is served from the log from now on.
    func fallBehind(_ subscription: ChannelSubscription) {
        self.remove(subscription)
        self.add(subscription)
    }
}
