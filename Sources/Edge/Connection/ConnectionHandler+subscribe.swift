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
        self.collectReplies()
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
        case .work(let component):
            self.work(for: component, in: session)
        }
        return .success
    }

    /// Ends a subscription.
    ///
    /// - Returns: Whether there was one.
    func remove(_ filter: TopicFilter) -> Bool {
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
        case .work(let component):
            return self.stopWorking(for: component, in: session)
        }
    }
}
