internal import MessageBus

/// The messages of QoS 1 that the broker has not acknowledged.
///
/// Packet identifiers have 16 bits, QoS 0 messages use them up too, and libmosquitto does not look whether one is still
/// in use: the window is therefore also full when so many messages have been handed over since the oldest one that
/// identifiers might come round.
struct InFlightWindow {
    /// The number of unacknowledged messages that fills the window.
    static let maximumMessages = 1_000
    /// The number of messages handed over since the oldest unacknowledged one that fills the window.
    static let maximumSpan: UInt64 = 60_000

    private var messages: [Int32: (message: OutboundMessage, sequence: UInt64)] = [:]
    /// The identifiers in the order of hand-over, from `oldest` on; acknowledged ones stay until they are the oldest.
    private var order: [(id: Int32, sequence: UInt64)] = []
    private var oldest = 0
    private var handedOver: UInt64 = 0

    /// Whether every message was acknowledged.
    var isEmpty: Bool { self.messages.isEmpty }

    /// Whether nothing may be handed over before an acknowledgement.
    var isFull: Bool {
        guard self.messages.count < Self.maximumMessages else { return true }
        guard self.oldest < self.order.count else { return false }
        return self.handedOver - self.order[self.oldest].sequence >= Self.maximumSpan
    }

    /// Takes note that a message was handed over; one of QoS 0 is not kept.
    mutating func handOver(_ message: OutboundMessage, id: Int32) {
        if message.qos == .atLeastOnce {
            self.messages[id] = (message, self.handedOver)
            self.order.append((id, self.handedOver))
        }
        self.handedOver += 1
    }

    /// Takes the message that was acknowledged; nil for one of QoS 0.
    mutating func acknowledge(id: Int32) -> OutboundMessage? {
        guard let entry = self.messages.removeValue(forKey: id) else { return nil }
        while self.oldest < self.order.count, !self.isPending(self.order[self.oldest]) { self.oldest += 1 }
        if self.oldest == self.order.count || self.oldest > Self.maximumMessages {
            self.order.removeFirst(self.oldest)
            self.oldest = 0
        }
        return entry.message
    }

    /// Takes all that was not acknowledged, in the order of hand-over.
    mutating func takeAll() -> [OutboundMessage] {
        defer {
            self.messages = [:]
            self.order = []
            self.oldest = 0
        }
        return self.messages.values.sorted { $0.sequence < $1.sequence }.map(\.message)
    }

    private func isPending(_ entry: (id: Int32, sequence: UInt64)) -> Bool {
        self.messages[entry.id]?.sequence == entry.sequence
    }
}
