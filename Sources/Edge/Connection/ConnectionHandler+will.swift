import MQTTCodec
import NIOCore
import Realtime

extension ConnectionHandler {
    /// Publishes the will, if there is one that was not published yet.
    func publishWill() {
        guard let session = self.session, let will = session.will.take() else { return }
        self.publish(will, of: session)
    }

    /// Publishes the will of a connection that has ended without a DISCONNECT ([MQTT-3.1.2-8]).
    ///
    /// Its rights were checked at CONNECT and are checked again: they may have ended since.
    func publish(_ will: Will, of session: Session) {
        guard let topic = Topic.parse(will.topic.readableBytesUInt8Span, site: self.loop.configuration.site) else {
            return
        }
        if case .denied(let code, _) = session.rights.decide(.publish(topic), at: WallClock.seconds) {
            return self.loop.metrics.refused(code)
        }
        let payload = Array(will.payload.readableBytesView)
        switch topic {
        case .ingest(let channel):
            self.loop.gather(
                IngestedMessage(
                    channel: channel,
                    payload: payload,
                    key: will.properties.userProperty("key"),
                    from: session
                ),
                // The connection is gone: nobody is told what became of it.
                from: IngestOrigin(connection: self.id, packetID: 0, qos: .atMostOnce)
            )
        case .upstream(_, let component, let request):
            guard let component = try? ComponentName(component), !component.isReserved else { return }
            self.loop.delegate.upstream(
                UpstreamMessage(
                    user: session.user,
                    session: session.rights.session,
                    client: session.clientID,
                    component: component,
                    request: request,
                    payload: payload
                ),
                from: self.replyTarget(for: ReplyAddress(request: request), of: session)
            )
        case .notify(let account, let request):
            self.loop.delegate.notify(
                account: account,
                request: request,
                body: payload,
                components: session.rights.components(at: WallClock.seconds),
                from: self.replyTarget(for: ReplyAddress(request: request), of: session)
            )
        case .channel, .reply, .notifyReply, .work, .done, .control:
            break
        }
    }
}
