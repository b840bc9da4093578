internal import CMosquitto
internal import MessageBus

extension MosquittoHandle {
    /// Registers the callbacks; they record what they are told and act on nothing.
    func setCallbacks(_ pointer: OpaquePointer) {
        mosquitto_connect_v5_callback_set(pointer, onConnect)
        mosquitto_disconnect_v5_callback_set(pointer, onDisconnect)
        mosquitto_publish_v5_callback_set(pointer, onPublish)
        mosquitto_subscribe_callback_set(pointer, onSubscribe)
        mosquitto_message_callback_set(pointer, onMessage)
    }
}

/// The handle that a callback's context stands for; the context is not retained, since the handle outlives every
/// call that it makes.
private func handle(_ context: UnsafeMutableRawPointer?) -> MosquittoHandle? {
    context.map { Unmanaged<MosquittoHandle>.fromOpaque($0).takeUnretainedValue() }
}

/// See `mosquitto_connect_v5_callback_set` in mosquitto.h; it is called for MQTT 3.1.1 too.
private func onConnect(
    _: OpaquePointer?, context: UnsafeMutableRawPointer?, code: Int32, flags: Int32, properties: OpaquePointer?
) {
    handle(context)?.record(.connected(code: code))
}

/// See `mosquitto_disconnect_v5_callback_set` in mosquitto.h.
private func onDisconnect(
    _: OpaquePointer?, context: UnsafeMutableRawPointer?, code: Int32, properties: OpaquePointer?
) {
    handle(context)?.record(.disconnected(code: code))
}

/// See `mosquitto_publish_v5_callback_set` in mosquitto.h.
private func onPublish(
    _: OpaquePointer?, context: UnsafeMutableRawPointer?, id: Int32, code: Int32, properties: OpaquePointer?
) {
    handle(context)?.record(.published(id: id, code: code))
}

/// See `mosquitto_subscribe_callback_set` in mosquitto.h; each SUBSCRIBE of ours has one filter.
private func onSubscribe(
    _: OpaquePointer?, context: UnsafeMutableRawPointer?, id: Int32, count: Int32, granted: UnsafePointer<Int32>?
) {
    handle(context)?.record(.subscribed(id: id, code: count > 0 ? granted?.pointee ?? 128 : 128))
}

/// See `mosquitto_message_callback_set` in mosquitto.h; the library frees the message when this returns.
private func onMessage(
    _: OpaquePointer?, context: UnsafeMutableRawPointer?, message: UnsafePointer<mosquitto_message>?
) {
    guard let message = message?.pointee, let topic = message.topic else { return }
    let payload = UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))
    handle(context)?.record(
        .message(BusMessage(topic: String(cString: topic), payload: Array(payload), retain: message.retain))
    )
}
