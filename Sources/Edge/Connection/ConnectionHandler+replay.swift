import MQTTCodec
import NIOCore
import Realtime

extension ConnectionHandler {
    /// Writes what a page brings to a subscriber: what is lost before it, and its events.
    func deliver(_ delivery: Cursor.Delivery, of page: ReplayPage, to subscription: ChannelSubscription) {
        if let gap = delivery.gap, delivery.verdict == nil || self.version == .v3_1_1 {
            self.sendPublish(topic: subscription.fanout.topic, payload: Self.describe(gap))
        }
        let events = page.events.dropFirst(delivery.dropping)
        guard !events.isEmpty, let version = self.version else { return }
        let plain = JoinedPackets(
            publishing: events.lazy.map { $0.encode() }, on: subscription.fanout.topic, version: version)
        let packets = self.transport.isWebSocket ? plain.framed() : plain
        self.replayCredit.spend(packets.bytes.readableBytes)
        self.append(
            packets.largest <= self.maximumPacketSize ? packets.bytes : packets.fitting(self.maximumPacketSize)
        )
    }

    /// Events up to a position are lost to the subscriber: `{"seq","epoch","time","gap":true}`.
    private static func describe(_ gap: Position) -> [UInt8] {
        var json = JSONWriter()
        json.object { event in
            event.key("seq")
            event.int(gap.sequence)
            event.key("epoch")
            event.string(gap.epoch.description)
            event.key("time")
            event.int(WallClock.milliseconds)
            event.key("gap")
            event.bool(true)
        }
        return json.bytes
    }
}
