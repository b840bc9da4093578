import MQTTCodec
import NIOCore
import Realtime

extension ConnectionHandler {
    /// Answers each filter of a SUBSCRIBE by the session's rights; everything is granted with QoS 0.
    ///
    /// A channel's answer waits for the first read of the log, which says where it begins.
    func subscribe(_ packet: Subscribe) {
        guard let session = self.session else { return }
        let now = WallClock.seconds
        let since = SinceProperties(packet)
        let answer = PendingSubscribe(packet)
        for subscription in packet.filters {
            let span = subscription.filter.readableBytesUInt8Span
            guard let filter = TopicFilter.parse(span, site: self.loop.configuration.site) else {
                answer.reasons.append(self.refusedFilter(.forbidden, version: session.version))
                continue
            }
            switch session.rights.decide(.subscribe(filter, clientID: session.clientID), at: now) {
            case .allowed:
                answer.reasons.append(self.add(filter, since: since, to: session, answer))
            case .denied(let code, _):
                answer.reasons.append(self.refusedFilter(code, version: session.version))
            }
        }
        answer.isWhole = true
        if answer.isReady { self.finish(answer) }
        if session.refusedFilters >= self.loop.configuration.maximumRefusedFilters {
            self.close(.quotaExceeded, "limit: too many refused filters")
        }
    }

    /// Ends the subscriptions named, in whatever way they are written.
    func unsubscribe(_ packet: Unsubscribe) {
        var reasons: [ReasonCode] = []
        reasons.reserveCapacity(packet.filters.count)
        for filter in packet.filters {
            let parsed = TopicFilter.parse(filter.readableBytesUInt8Span, site: self.loop.configuration.site)
            let existed = parsed.map { self.remove($0) } ?? false
            reasons.append(existed ? .success : .noSubscriptionExisted)
        }
        self.send(.unsuback(UnsubAck(packetID: packet.packetID, reasons: reasons)))
    }

    /// Ends subscriptions whose right is gone, and tells the client on their topics.
    func closeSubscriptions(_ channels: [ChannelHash], because reason: String) {
        for channel in channels where self.remove(.channel(channel)) {
            let topic = Topic.channel(channel).text(site: self.loop.configuration.site)
            self.sendPublish(topic: Array(topic.utf8), payload: Array(#"{"closed":"\#(reason)"}"#.utf8))
        }
    }

    private func refusedFilter(_ code: RealtimeError.Code, version: MQTTVersion) -> ReasonCode {
        self.loop.metrics.refused(code)
        self.session?.refusedFilters += 1
        return version == .v5 ? .notAuthorized : .unspecifiedError
    }

    /// How many single requests' replies a client may subscribe to at once.
    private static let maximumReplyFilters = 64

    private func add(
        _ filter: TopicFilter,
        since: SinceProperties,
        to session: Session,
        _ answer: PendingSubscribe
    ) -> ReasonCode {
        switch filter {
        case .channel(let channel):
            guard !since.isMalformed else { return .implementationSpecificError }
            self.open(channel, since: since[channel], in: session, answer)
        case .reply(_, let client, let request):
            let filter = ReplyFilter(client: client, request: request)
            guard !session.replyFilters.contains(filter) else { return .success }
            guard session.replyFilters.count < Self.maximumReplyFilters else { return .quotaExceeded }
            session.replyFilters.append(filter)
        case .notifyReply:
            session.receivesNotifyReplies = true
        case .work:
            // Jobs come with MQTT workers, which are not served yet.
            return .implementationSpecificError
        }
        return .success
    }

    private func remove(_ filter: TopicFilter) -> Bool {
        guard let session = self.session else { return false }
        switch filter {
        case .channel(let channel):
            guard let index = session.subscriptions.firstIndex(where: { $0.fanout.hash == channel }) else {
                return false
            }
            let subscription = session.subscriptions.remove(at: index)
            let opening = subscription.opening
            self.loop.close(subscription)
            self.updateReadiness()
            // Its SUBACK may have waited for nothing else.
            if let opening, opening.isReady { self.finish(opening) }
            return true
        case .reply(_, let client, let request):
            let filter = ReplyFilter(client: client, request: request)
            guard let index = session.replyFilters.firstIndex(of: filter) else { return false }
            session.replyFilters.remove(at: index)
            return true
        case .notifyReply:
            let existed = session.receivesNotifyReplies
            session.receivesNotifyReplies = false
            return existed
        case .work:
            return false
        }
    }
}

// MARK: - Where a subscription begins

extension ConnectionHandler {
    /// Starts a channel's subscription, or starts it again where there is one: at what was asked for, else where it
    /// stands, else at the grant's position, else now.
    private func open(_ channel: ChannelHash, since: Position?, in session: Session, _ answer: PendingSubscribe) {
        let granted = session.rights.position(of: channel)
        let subscription: ChannelSubscription
        if let existing = session.subscriptions.first(where: { $0.fanout.hash == channel }) {
            subscription = existing
            if let position = since ?? existing.cursor.position(at: existing.fanout.edge) {
                existing.start = .after(position)
                existing.isBounded = since == nil
            }
            if existing.isLive { existing.fanout.fallBehind(existing) }
            if let opening = existing.opening {
                existing.opening = nil
                opening.withdraw(existing)
                // The SUBACK of an earlier packet may have waited for nothing else.
                if opening !== answer, opening.isReady { self.finish(opening) }
            }
        } else {
            let start = (since ?? granted).map { Cursor.Start.after($0) } ?? .latest
            subscription = ChannelSubscription(
                connection: self,
                fanout: self.loop.fanout(of: channel),
                encoding: ChannelFanout.Encoding(version: session.version, isWebSocket: self.transport.isWebSocket),
                start: start,
                isBounded: since == nil
            )
            // Before the read, so that whatever is flushed meanwhile passes by the cursor.
            subscription.fanout.add(subscription)
            session.subscriptions.append(subscription)
            self.updateReadiness()
        }
        answer.wait(for: subscription)
        subscription.opening = answer
        self.loop.read(subscription.cursor.start(subscription.start), for: subscription)
    }

    /// Takes the first answer of a subscription, which its SUBACK has waited for.
    func opened(_ opened: PendingSubscribe.Opened, _ answer: PendingSubscribe) {
        let subscription = opened.subscription
        if case .success(let page) = opened.result, page.hidesHistory, !subscription.isBounded {
            // The area shows nothing from before the grant, which only the log knew.
            subscription.isBounded = true
            let granted = self.session?.rights.position(of: subscription.fanout.hash)
            let start = granted == nil ? .now : subscription.start
            return self.loop.read(subscription.cursor.start(start, notBefore: granted), for: subscription)
        }
        answer.take(opened)
        if answer.isReady { self.finish(answer) }
    }

    /// Sends a SUBACK with what it says of each beginning, and then what follows there.
    private func finish(_ answer: PendingSubscribe) {
        guard let session = self.session else { return }
        var properties = Properties()
        var deliveries: [(delivery: Cursor.Delivery, page: ReplayPage, subscription: ChannelSubscription)] = []
        for (index, opened) in answer.opened.sorted(by: { $0.index < $1.index }) {
            let subscription = opened.subscription
            guard subscription.isOpen, subscription.opening === answer else { continue }
            subscription.opening = nil
            guard case .success(let page) = opened.result else {
                // The log cannot be read: the client asks again, rather than being told something that does not hold.
                answer.reasons[index] = session.version == .v5 ? .implementationSpecificError : .unspecifiedError
                _ = self.remove(.channel(subscription.fanout.hash))
                continue
            }
            let edge = subscription.fanout.edge
            guard case .deliver(let delivery) = subscription.cursor.answered(page.numbers, to: opened.read, at: edge)
            else { continue }
            deliveries.append((delivery, page, subscription))
            if session.version == .v5, let verdict = delivery.verdict {
                let prefix = answer.isSingle ? "" : "\(subscription.fanout.hash) "
                properties.appendUserProperty("position", "\(prefix)\(verdict.position)")
                properties.appendUserProperty("recovered", "\(prefix)\(verdict.recovered.rawValue)")
            }
        }
        self.send(.suback(SubAck(packetID: answer.packetID, reasons: answer.reasons, properties: properties)))
        for (delivery, page, subscription) in deliveries where subscription.isOpen {
            self.loop.deliver(delivery, of: page, to: subscription)
        }
    }
}
