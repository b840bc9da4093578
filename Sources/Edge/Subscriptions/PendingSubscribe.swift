import MQTTCodec
import Realtime

/// A SUBACK that waits for the first read of each channel that its SUBSCRIBE names: it says where each begins, and comes
/// before anything of them.
final class PendingSubscribe {
    /// The first answer of a subscription.
    struct Opened {
        /// The index of its filter.
        fileprivate(set) var index = 0
        let subscription: ChannelSubscription
        let read: Cursor.Read
        let result: Result<ReplayPage, RealtimeError>

        init(_ subscription: ChannelSubscription, _ read: Cursor.Read, _ result: Result<ReplayPage, RealtimeError>) {
            self.subscription = subscription
            self.read = read
            self.result = result
        }
    }

    let packetID: UInt16
    /// The SUBSCRIBE names one filter, so that its properties need not say which.
    let isSingle: Bool
    var reasons: [ReasonCode] = []
    /// Which of the reasons is a subscription's.
    private var waiting: [ObjectIdentifier: Int] = [:]
    /// The first answers so far, in the order of the filters.
    private(set) var opened: [Opened] = []
    /// All filters have been looked at.
    var isWhole = false

    init(_ packet: Subscribe) {
        self.packetID = packet.packetID
        self.isSingle = packet.filters.count == 1
        self.reasons.reserveCapacity(packet.filters.count)
    }

    /// Nothing more is waited for.
    var isReady: Bool { self.isWhole && self.waiting.isEmpty }

    /// Waits for a subscription, whose reason is the next one.
    func wait(for subscription: ChannelSubscription) {
        self.waiting[ObjectIdentifier(subscription)] = self.reasons.count
    }

    /// Takes a subscription's first answer.
    func take(_ opened: Opened) {
        guard let index = self.waiting.removeValue(forKey: ObjectIdentifier(opened.subscription)) else { return }
        var opened = opened
        opened.index = index
        self.opened.insert(opened, at: self.opened.firstIndex { $0.index > index } ?? self.opened.endIndex)
    }

    /// Waits no longer for a subscription that has ended or begun anew, and forgets its answer.
    func withdraw(_ subscription: ChannelSubscription) {
        self.waiting[ObjectIdentifier(subscription)] = nil
        self.opened.removeAll { $0.subscription === subscription }
    }
}
