internal import MessageBus

/// A message on its way to the broker.
struct OutboundMessage: Sendable {
    let topic: String
    let payload: [UInt8]
    let qos: BusQoS
    let completion: (@Sendable (Result<Void, BusError>) -> Void)?

    /// What it counts against the limit, in bytes.
    var cost: Int { self.topic.utf8.count + self.payload.count }
}
