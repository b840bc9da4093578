import MQTTCodec
import NIOCore
import Realtime

/// Consecutive events of a channel that leave together, encoded once for each way of writing them.
struct EventBatch {
    /// A joined write is cut here, in bytes.
    private static let maximumJoined = 64 * 1024
    /// What a PUBLISH takes beside topic and payload: fixed header, topic length and property length.
    private static let overhead = 8

    let numbers: EventRun
    private let events: ArraySlice<DeliverableEvent>
    private let topic: [UInt8]
    private var encoded: [JoinedPackets?] = [nil, nil, nil, nil]

    private init(_ events: ArraySlice<DeliverableEvent>, topic: [UInt8]) {
        // A batch has an event at least: `batches(of:topic:)` begins each with one.
        let first = events[events.startIndex]
        self.numbers = EventRun(epoch: first.position.epoch, first: first.position.sequence, count: events.count)
        self.events = events
        self.topic = topic
    }

    /// Cuts events into batches: where a write would be too long, and where a number does not follow on the one before.
    static func batches(of events: [DeliverableEvent], topic: [UInt8]) -> [EventBatch] {
        var batches: [EventBatch] = []
        var start = 0
        while start < events.count {
            var end = start
            var size = 0
            repeat {
                size += events[end].json.count + topic.count + Self.overhead
                end += 1
            } while end < events.count && events[end].follows(events[end - 1])
                && size + events[end].json.count + topic.count + Self.overhead <= Self.maximumJoined
            batches.append(EventBatch(events[start..<end], topic: topic))
            start = end
        }
        return batches
    }

    /// The packets as subscribers of an encoding take them.
    mutating func packets(_ encoding: ChannelFanout.Encoding) -> JoinedPackets {
        if let packets = self.encoded[encoding.index] { return packets }
        let packets: JoinedPackets
        if encoding.isWebSocket {
            packets = self.packets(ChannelFanout.Encoding(version: encoding.version, isWebSocket: false)).framed()
        } else {
            packets = JoinedPackets(
                publishing: self.events.lazy.map(\.json), on: self.topic, version: encoding.version)
        }
        self.encoded[encoding.index] = packets
        return packets
    }
}

extension DeliverableEvent {
    fileprivate func follows(_ other: DeliverableEvent) -> Bool {
        self.position.epoch == other.position.epoch && self.position.sequence == other.position.sequence &+ 1
    }
}
