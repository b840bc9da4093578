internal import MessageBus

/// The messages that wait to be published, bounded in number and bytes.
///
/// What has been taken counts until it is released: the bound is on all that the bus holds, acknowledged or lost.
struct OutboundQueue {
    /// The largest payload of MQTT, in bytes (MQTT 5, section 2.1.4).
    private static let maximumPayload = 268_435_455

    private let limits: BusLimits
    private var waiting: [OutboundMessage] = []
    private var messages = 0
    private var bytes = 0

    init(limits: BusLimits) {
        self.limits = limits
    }

    /// Whether nothing waits to be taken.
    var isEmpty: Bool { self.waiting.isEmpty }

    /// Appends a message.
    ///
    /// - Throws: `overflow` if it does not fit, `tooLarge` if it never will.
    mutating func append(_ message: OutboundMessage) throws(BusError) {
        guard message.cost <= self.limits.bytes, message.payload.count <= Self.maximumPayload else {
            throw BusError(.tooLarge, "the message is larger than the bus takes")
        }
        guard self.messages < self.limits.messages, self.bytes + message.cost <= self.limits.bytes else {
            throw BusError(.overflow, "the queue of messages to be published is full")
        }
        self.messages += 1
        self.bytes += message.cost
        self.waiting.append(message)
    }

    /// Takes all that waits.
    mutating func takeAll() -> [OutboundMessage] {
        defer { self.waiting = [] }
        return self.waiting
    }

    /// Gives the room of messages that were taken back.
    mutating func release(messages: Int, bytes: Int) {
        self.messages -= messages
        self.bytes -= bytes
    }
}
