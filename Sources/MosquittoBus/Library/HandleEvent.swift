internal import MessageBus

/// What a callback of libmosquitto told; kept until the C call that caused it has returned.
enum HandleEvent {
    /// CONNACK came with this code; 0 is acceptance.
    case connected(code: Int32)
    /// The connection is gone, with the library's status or the broker's reason code.
    case disconnected(code: Int32)
    /// A message came.
    case message(BusMessage)
    /// A message of QoS 1 was acknowledged with this reason code, or one of QoS 0 has left.
    case published(id: Int32, code: Int32)
    /// SUBACK came for one filter.
    case subscribed(id: Int32, code: Int32)
}
