import MQTTCodec
import NIOCore

/// A call that waits for an acknowledgement.
struct Request: Sendable {
    enum Body: Sendable {
        case publish(Publish)
        case subscribe(Subscribe)
        case unsubscribe(Unsubscribe)
    }

    let token: UInt64
    let body: Body
    let promise: EventLoopPromise<Packet>

    /// What the server answers first.
    func stage(version: MQTTVersion) -> InFlight<EventLoopPromise<Packet>>.Stage {
        switch body {
        case .publish(let publish): publish.qos == .exactlyOnce ? .pubrec : .puback
        case .subscribe(let subscribe): .suback(count: subscribe.filters.count)
        // 3.1.1's UNSUBACK has no reasons to count.
        case .unsubscribe(let unsubscribe): .unsuback(count: version == .v5 ? unsubscribe.filters.count : 0)
        }
    }

    func packet(_ packetID: UInt16) -> Packet {
        switch body {
        case .publish(var publish):
            publish.packetID = packetID
            return .publish(publish)
        case .subscribe(var subscribe):
            subscribe.packetID = packetID
            return .subscribe(subscribe)
        case .unsubscribe(var unsubscribe):
            unsubscribe.packetID = packetID
            return .unsubscribe(unsubscribe)
        }
    }
}
