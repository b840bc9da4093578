import MQTTCodec
import NIOCore
import Realtime

extension ConnectionHandler {
    /// Writes what a page brings to a subscriber: what is lost before it, and its events.
    func deliver(_ delivery: Cursor.Delivery, of page: ReplayPage, to subscription: ChannelSubscription) {
        if let gap = delivery.gap, delivery.verdict == nil || self.version == .v3_1_1 {
            self.sendPublish(
                topic: subscription.fanout.topic,
                payload: GapNotice(through: gap, time: WallClock.milliseconds).encode()
            )
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
}
