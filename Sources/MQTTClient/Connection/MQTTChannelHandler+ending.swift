import MQTTCodec
import NIOCore

extension MQTTChannelHandler {
    var isLive: Bool {
        switch phase {
        case .connecting, .open: true
        case .closing, .closed: false
        }
    }

    /// Says goodbye, if there is something to say, and closes.
    func close(_ disconnect: Disconnect?) {
        guard isLive else { return }
        if let disconnect, case .open = phase { trySend(.disconnect(disconnect)) }
        phase = .closing
        context?.close(promise: nil)
    }

    /// Ends the connection because of `error`; only the first error counts.
    func fail(_ error: MQTTClientError) {
        finish(error, failing: error)
        context?.close(promise: nil)
    }

    /// Why the connection is over; nil while it is not.
    var closedError: MQTTClientError? {
        if case .closed(let error) = phase { error } else { nil }
    }

    /// Ends the connection because the server broke a rule, and tells it `[MQTT-4.13.1-1]`.
    func refuse(_ error: MQTTError) {
        if options.version == .v5, case .open = phase {
            trySend(.disconnect(Disconnect(reason: error.reason)))
        }
        fail(.violation(error))
    }

    func finish(_ end: MQTTClientError?, failing error: MQTTClientError) {
        if case .closed = phase { return }
        phase = .closed(error)
        keepAliveTask?.cancel()
        connack.fail(error)
        for promise in inFlight.removeAll() { promise.fail(error) }
        while let request = waiting.popFirst() { request.promise.fail(error) }
        queue.finish(end)
    }
}
