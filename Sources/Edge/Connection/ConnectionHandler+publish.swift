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
        if publish.retain, session.version == .v3_1_1 {
            self.loop.noteRetain()
        }
        let origin = IngestOrigin(connection: self.id, packetID: publish.packetID, qos: publish.qos)
        guard publish.payload.readableBytes <= self.loop.configuration.maximumPayload else {
            return self.refuse(RealtimeError(.payloadTooLarge, "limits.payload"), of: origin)
        }
        let span = publish.topic.readableBytesUInt8Span
        guard let topic = Topic.parse(span, site: self.loop.configuration.site) else {
            return self.refuse(RealtimeError(.forbidden, "no topic of this site"), of: origin)
        }
        let now = WallClock.seconds
        if case .denied(let code, let message) = session.rights.decide(.publish(topic), at: now) {
            return self.refuse(RealtimeError(code, message), of: origin)
        }
        switch topic {
        case .ingest(let channel):
            let message = IngestedMessage(
                channel: channel,
                payload: Array(publish.payload.readableBytesView),
                key: publish.properties.isEmpty ? nil : publish.properties.userProperty("key"),
                from: session
            )
            self.loop.gather(message, from: origin)
            self.countUnacknowledged(origin.qos)
        case .upstream(_, let component, let request):
            guard let address = self.replyAddress(of: publish, request: request) else {
                return self.refuse(
                    RealtimeError(.forbidden, "the response topic is not this client's own"),
                    of: origin
                )
            }
            guard session.rateLimit.take(now: now) else {
                return self.refuse(
                    RealtimeError(.limit, "limits.upstream_per_second"), of: origin
                )
            }
            self.acknowledge(.success(()), of: origin)
            self.sendUpstream(publish.payload, to: component, request: request, address: address)
        case .notify(let account, let request):
            self.acknowledge(.success(()), of: origin)
            self.loop.delegate.notify(
                account: account,
                request: request,
                body: Array(publish.payload.readableBytesView),
                components: session.rights.components(at: now),
                from: self.replyTarget(for: ReplyAddress(request: request), of: session)
            )
        case .done(let node, let job):
            self.settle(job, of: node, publish.payload, from: origin)
        case .channel, .reply, .notifyReply, .work, .control:
            self.refuse(RealtimeError(.forbidden, "nobody takes messages on this topic"), of: origin)
        }
    }

    /// The bridge's own component that takes further grants.
    private static let grantComponent = "realtime_grant"

    private func sendUpstream(_ payload: ByteBuffer, to component: String, request: String, address: ReplyAddress) {
        guard let session = self.session, let component = try? ComponentName(component) else { return }
        if component.rawValue == Self.grantComponent {
            return self.renew(token: payload, address: address)
        }
        if component.rawValue == Self.historyComponent {
            return self.sendHistory(asking: payload, address: address)
        }
        self.loop.delegate.upstream(
            UpstreamMessage(
                user: session.user,
                session: session.rights.session,
                client: session.clientID,
                component: component,
                request: request,
                payload: Array(payload.readableBytesView)
            ),
            from: self.replyTarget(for: address, of: session)
        )
    }

    /// Where the reply goes: to the response topic of an MQTT 5 client, which must be its own, else to the request's.
    private func replyAddress(of publish: Publish, request: String) -> ReplyAddress? {
        guard !publish.properties.isEmpty else { return ReplyAddress(request: request) }
        let correlation = publish.properties.correlationData
        guard let topic = publish.properties.responseTopic else {
            return ReplyAddress(request: request, correlation: correlation)
        }
        guard let session = self.session,
            case .reply(let user, let client, let own)? = Topic.parse(topic, site: self.loop.configuration.site),
            user == session.user, client == "-" || client.utf8.elementsEqual(session.clientID.utf8)
        else { return nil }
        return ReplyAddress(request: own, client: client, correlation: correlation)
    }

    /// A client with too much unacknowledged breaks MQTT 5's Receive Maximum ([MQTT-3.3.4-9]); 3.1.1 and QoS 0 know no
    /// such limit, so their client is not read from until something has been committed.
    private func countUnacknowledged(_ qos: QoS) {
        guard let session = self.session else { return }
        session.unacknowledged += 1
        guard session.unacknowledged > Int(Self.receiveMaximum) else { return }
        if session.version == .v5, qos != .atMostOnce {
            self.close(.receiveMaximumExceeded, "more publishes than the Receive Maximum are unacknowledged")
        } else {
            self.reads(false)
        }
    }

    /// A publish that was gathered has been committed or refused.
    func settle(_ result: Result<Void, RealtimeError>, of origin: IngestOrigin) {
        if let session = self.session {
            session.unacknowledged -= 1
            if session.unacknowledged == Int(Self.receiveMaximum) / 2 { self.reads(true) }
        }
        self.acknowledge(result, of: origin)
    }

    /// The QoS 2 publish of a packet id is taken once until its PUBREL comes ([MQTT-4.3.3-10]).
    ///
    /// - Returns: Whether it is the first; a repetition is answered here.
    private func takeOnce(_ packetID: UInt16) -> Bool {
        guard let session = self.session else { return false }
        guard !session.unreleased.contains(packetID) else {
            if !session.uncommitted.contains(packetID) {
                self.send(.pubrec(Acknowledgement(packetID: packetID)))
            }
            return false
        }
        guard session.unreleased.count < Int(Self.receiveMaximum) else {
            self.close(.receiveMaximumExceeded, "too many QoS 2 publishes wait for their PUBREL")
            return false
        }
        session.unreleased.insert(packetID)
        session.uncommitted.insert(packetID)
        return true
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
            case .exactlyOnce:
                self.session?.uncommitted.remove(origin.packetID)
                self.send(.pubrec(Acknowledgement(packetID: origin.packetID)))
            }
        case .failure(let error):
            self.refuse(error, of: origin)
        }
    }

    /// MQTT 5 has the reason in its PUBACK; whoever gets no reason there is told on `re/…/_denied`.
    func refuse(_ error: RealtimeError, of origin: IngestOrigin) {
        guard let session = self.session else { return }
        self.loop.metrics.refused(error.code)
        if session.version == .v5, origin.qos == .atLeastOnce {
            var properties = Properties()
            if session.wantsProblemInformation { properties.reasonString = error.description }
            let reason = ReasonCode(refusing: error.code)
            self.send(.puback(Acknowledgement(packetID: origin.packetID, reason: reason, properties: properties)))
        } else {
            self.acknowledge(.success(()), of: origin)
            self.reply(ReplyBody.failure(error).encode(), to: ReplyAddress(request: "_denied"))
        }
        guard [.forbidden, .grantExpired].contains(error.code) else { return }
        session.refusals += 1
        if session.refusals >= self.loop.configuration.maximumRefusals {
            self.close(.quotaExceeded, "limit: too many refused publishes")
        }
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
