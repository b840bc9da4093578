import MQTTCodec
import NIOCore
import Realtime

/// One channel's subscribers on one event loop, and the events that wait for the end of the loop's turn.
final class ChannelFanout {
    /// Which of the four encodings of an event a connection takes.
    struct Encoding: Hashable {
        let version: MQTTVersion
        let isWebSocket: Bool

        fileprivate var index: Int { (self.version == .v5 ? 2 : 0) + (self.isWebSocket ? 1 : 0) }
    }

    /// A joined write is cut here, in bytes.
    private static let maximumJoined = 64 * 1024

    let hash: ChannelHash
    private let topic: [UInt8]
    private var subscribers = Array(repeating: SubscriberList(), count: 4)
    private var pending: [DeliverableEvent] = []

    init(hash: ChannelHash, site: SiteName) {
        self.hash = hash
        self.topic = Array(Topic.channel(hash).text(site: site).utf8)
    }

    var isEmpty: Bool { self.subscribers.allSatisfy(\.isEmpty) }

    /// Adds a subscriber.
    ///
    /// - Returns: Its place, to be given back to ``remove(at:encoding:)``.
    func add(_ subscriber: ConnectionHandler, encoding: Encoding) -> Int {
        self.subscribers[encoding.index].append(subscriber)
    }

    /// Removes the subscriber at a place; the last one of its encoding moves there.
    func remove(at place: Int, encoding: Encoding) {
        self.subscribers[encoding.index].remove(at: place)?.moved(in: self.hash, to: place)
    }

    /// Adds an event to what leaves at the end of the turn.
    ///
    /// - Returns: Whether it is the first of this turn.
    func enqueue(_ event: DeliverableEvent) -> Bool {
        self.pending.append(event)
        return self.pending.count == 1
    }

    /// Writes what waits to every subscriber, in one piece each, encoded once for each MQTT version and transport.
    ///
    /// - Returns: How many events were written, counted once for each subscriber.
    func flush(_ write: (SubscriberList, JoinedPackets) -> Void) -> Int {
        let events = self.pending
        self.pending.removeAll(keepingCapacity: events.count <= 64)
        var deliveries = 0
        for version in [MQTTVersion.v3_1_1, .v5] {
            let plain = self.subscribers[Encoding(version: version, isWebSocket: false).index]
            let framed = self.subscribers[Encoding(version: version, isWebSocket: true).index]
            guard !(plain.isEmpty && framed.isEmpty) else { continue }
            for packets in self.join(events, version: version) {
                if !plain.isEmpty { write(plain, packets) }
                if !framed.isEmpty { write(framed, packets.framed()) }
            }
            deliveries += (plain.count + framed.count) * events.count
        }
        return deliveries
    }

    private func join(_ events: [DeliverableEvent], version: MQTTVersion) -> [JoinedPackets] {
        var joined: [JoinedPackets] = []
        var start = 0
        while start < events.count {
            var end = start
            var size = 0
            repeat {
                // Fixed header, topic length and property length take at most 8 bytes.
                size += events[end].json.count + self.topic.count + 8
                end += 1
            } while end < events.count
                && size + events[end].json.count + self.topic.count + 8 <= Self.maximumJoined
            var buffer = ByteBufferAllocator().buffer(capacity: size)
            var ends: [Int] = []
            ends.reserveCapacity(end - start)
            for event in events[start..<end] {
                // Fails only beyond 256 MiB; payloads are limited to 8 MiB.
                try? buffer.writePublish(topic: self.topic, payload: event.json, version: version)
                ends.append(buffer.writerIndex)
            }
            joined.append(JoinedPackets(buffer, ends: ends))
            start = end
        }
        return joined
    }
}
