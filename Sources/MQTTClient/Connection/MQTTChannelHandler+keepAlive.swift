import MQTTCodec
import NIOCore

extension MQTTChannelHandler {
    func scheduleKeepAlive() {
        guard let keepAlive, let context else { return }
        let timeout = TimeAmount(options.acknowledgementTimeout)
        let deadline = pongIsDue ? .now() + min(keepAlive, timeout) : lastWrite + keepAlive
        keepAliveTask = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.keepAliveTick() }
    }

    private func keepAliveTick() {
        guard case .open = phase, let keepAlive else { return }
        // A PINGRESP behind messages that nobody takes is not the server's fault.
        if pongIsDue, isReading {
            fail(MQTTClientError(.timeout, "no PINGRESP"))
            return
        }
        if !pongIsDue, .now() - lastWrite >= keepAlive {
            pongIsDue = true
            trySend(.pingreq)
        }
        scheduleKeepAlive()
    }
}
