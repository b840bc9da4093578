import MQTTCodec
import NIOCore
import Realtime

extension ConnectionHandler {
    /// Looks at a PUBLISH's topic, rights and limits, and hands it on.
    func receive(_ publish: Publish) {
        guard let session = self.session else { return }
        self.loop.metrics.received(1)
        if publish.qos == .exactlyOnce {
            guard self.takeOnce(publish.packetID) else { return }
        }
        let origin = IngestOrigin(connection: self.id, packetID: publish.packetID, qos: publish.qos)
        guard publish.payload.readableBytes <= self.loop.configuration.maximumPayload else {
            return self.refuse(RealtimeError(code: .payloadTooLarge, message: "limits.payload"), of: origin)
        }
        let span = publish.topic.readableBytesUInt8Span
        guard let topic = Topic.parse(span, site: self.loop.configuration.site) else {
            return self.refuse(RealtimeError(code: .forbidden, message: "no topic of this site"), of: origin)
        }
        let now = WallClock.seconds
        if case .denied(let code, let message) = session.rights.decide(.publish(topic), at: now) {
            return self.refuse(RealtimeError(code: code, message: message), of: origin)
        }
        switch topic {
        case .ingest(let channel):
            let message = IngestedMessage(
                channel: channel,
                payload: Array(publish.payload.readableBytesView),
                user: session.user,
                key: publish.properties.isEmpty ? nil : publish.properties.userProperty("key")
            )
            self.loop.gather(message, from: origin)
        case .upstream(_, let component, let request):
            guard session.rateLimit.take(now: now) else {
                return self.refuse(
                    RealtimeError(code: .limit, message: "limits.upstream_per_second"), of: origin
                )
            }
            self.acknowledge(.success(()), of: origin)
            self.sendUpstream(publish, component: component, request: request)
        case .notify(let account, let request):
            self.acknowledge(.success(()), of: origin)
            self.loop.delegate.notify(
                account: account,
                request: request,
                body: Array(publish.payload.readableBytesView),
                from: self.loop.replyTarget(self.id, request: request)
            )
        case .done, .channel, .reply, .notifyReply, .work, .control:
            self.refuse(RealtimeError(code: .forbidden, message: "nobody takes messages on this topic"), of: origin)
        }
    }

    /// The bridge's own component that takes further grants.
    private static let grantComponent = "realtime_grant"

    private func sendUpstream(_ publish: Publish, component: String, request: String) {
        guard let session = self.session, let component = try? ComponentName(component) else { return }
        if component.rawValue == Self.grantComponent {
            return self.renew(token: publish.payload, request: request)
        }
        self.loop.delegate.upstream(
            UpstreamMessage(
                user: session.user,
                session: session.rights.session,
                client: session.clientID,
                component: component,
                request: request,
                payload: Array(publish.payload.readableBytesView)
            ),
            from: self.loop.replyTarget(self.id, request: request)
        )
    }

    /// The QoS 2 publish of a packet id is taken once until its PUBREL comes ([MQTT-4.3.3-10]).
    ///
    /// - Returns: Whether it is the first; a repetition is answered here.
    private func takeOnce(_ packetID: UInt16) -> Bool {
        guard self.session?.unreleased.insert(packetID).inserted == false else { return true }
        self.send(.pubrec(Acknowledgement(packetID: packetID)))
        return false
    }
}

// MARK: - Answers

extension ConnectionHandler {
    /// Acknowledges a publish that was taken, or says why it was not.
    func acknowledge(_ result: Result<Void, RealtimeError>, of origin: IngestOrigin) {
        switch result {
        case .success:
            switch origin.qos {
            case .atMostOnce: break
            case .atLeastOnce: self.send(.puback(Acknowledgement(packetID: origin.packetID)))
            case .exactlyOnce: self.send(.pubrec(Acknowledgement(packetID: origin.packetID)))
            }
        case .failure(let error):
            self.refuse(error, of: origin)
        }
    }

    /// MQTT 5 has the reason in its PUBACK; whoever gets no reason there is told on `re/…/_denied`.
    private func refuse(_ error: RealtimeError, of origin: IngestOrigin) {
        guard let session = self.session else { return }
        self.loop.metrics.refused(error.code)
        if session.version == .v5, origin.qos == .atLeastOnce {
            var properties = Properties()
            if session.wantsProblemInformation { properties.reasonString = error.description }
            let reason = ReasonCode(refusing: error.code)
            self.send(.puback(Acknowledgement(packetID: origin.packetID, reason: reason, properties: properties)))
        } else {
            self.acknowledge(.success(()), of: origin)
            self.reply(ReplyBody.failure(error).encode(), to: "_denied")
        }
        session.refusals += 1
        if session.refusals >= self.loop.configuration.maximumRefusals {
            self.close(.quotaExceeded, "limit: too many refused publishes")
        }
    }

    /// Publishes an answer on the client's reply topic, if it has subscribed to it.
    func reply(_ body: [UInt8], to request: String) {
        guard let session = self.session else { return }
        let site = self.loop.configuration.site
        if session.rights.role == .service {
            guard session.receivesNotifyReplies else { return }
            let topic = Topic.notifyReply(account: session.user, request: request).text(site: site)
            return self.sendPublish(topic: Array(topic.utf8), payload: body)
        }
        guard let alias = session.replyAlias,
            session.replyRequests.contains(Session.everyRequest) || session.replyRequests.contains(request)
        else { return }
        let topic = Topic.reply(user: session.user, client: alias, request: request).text(site: site)
        self.sendPublish(topic: Array(topic.utf8), payload: body)
    }
}

extension ReasonCode {
    /// The PUBACK reason (MQTT 5, 3.4.2.1) that comes nearest to a code of the contract.
    init(refusing code: RealtimeError.Code) {
        switch code {
        case .payloadInvalid: self = .payloadFormatInvalid
        case .limit, .busy, .payloadTooLarge: self = .quotaExceeded
        case .logUnavailable, .timeout: self = .implementationSpecificError
        default: self = .notAuthorized
        }
    }
}
