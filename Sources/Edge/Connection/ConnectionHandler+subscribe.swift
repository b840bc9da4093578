import MQTTCodec
import NIOCore
import Realtime

extension ConnectionHandler {
    /// Answers each filter of a SUBSCRIBE by the session's rights; everything is granted with QoS 0.
    func subscribe(_ packet: Subscribe) {
        // May end this very connection, if it cannot be written to: only then is the session looked at.
        self.loop.drainInbox()
        guard let session = self.session else { return }
        let now = WallClock.seconds
        var reasons: [ReasonCode] = []
        reasons.reserveCapacity(packet.filters.count)
        for subscription in packet.filters {
            let span = subscription.filter.readableBytesUInt8Span
            guard let filter = TopicFilter.parse(span, site: self.loop.configuration.site) else {
                reasons.append(self.refusedFilter(.forbidden, version: session.version))
                continue
            }
            switch session.rights.decide(.subscribe(filter, clientID: session.clientID), at: now) {
            case .allowed:
                reasons.append(self.add(filter, version: session.version))
            case .denied(let code, _):
                reasons.append(self.refusedFilter(code, version: session.version))
            }
        }
        self.send(.suback(SubAck(packetID: packet.packetID, reasons: reasons)))
        if session.refusedFilters >= self.loop.configuration.maximumRefusedFilters {
            self.close(.quotaExceeded, "limit: too many refused filters")
        }
    }

    /// Ends the subscriptions named, in whatever way they are written.
    func unsubscribe(_ packet: Unsubscribe) {
        guard let version = self.version else { return }
        var reasons: [ReasonCode] = []
        reasons.reserveCapacity(packet.filters.count)
        for filter in packet.filters {
            let parsed = TopicFilter.parse(filter.readableBytesUInt8Span, site: self.loop.configuration.site)
            let existed = parsed.map { self.remove($0, version: version) } ?? false
            reasons.append(existed ? .success : .noSubscriptionExisted)
        }
        self.send(.unsuback(UnsubAck(packetID: packet.packetID, reasons: reasons)))
    }

    /// The subscriber that stood last in a channel's list stands elsewhere now.
    func moved(in channel: ChannelHash, to place: Int) {
        guard let index = self.session?.subscriptions.firstIndex(where: { $0.channel == channel }) else { return }
        self.session?.subscriptions[index].place = place
    }

    /// Ends subscriptions whose right is gone, and tells the client on their topics.
    func closeSubscriptions(_ channels: [ChannelHash], because reason: String) {
        guard let version = self.version else { return }
        for channel in channels where self.remove(.channel(channel), version: version) {
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

    private func add(_ filter: TopicFilter, version: MQTTVersion) -> ReasonCode {
        switch filter {
        case .channel(let channel):
            guard self.session?.subscriptions.contains(where: { $0.channel == channel }) == false else {
                return .success
            }
            let place = self.loop.subscribe(self, to: channel, encoding: self.encoding(version))
            self.session?.subscriptions.append((channel, place))
            self.updateReadiness()
        case .reply(_, let client, let request):
            guard let session = self.session else { return .unspecifiedError }
            let filter = ReplyFilter(client: client, request: request)
            guard !session.replyFilters.contains(filter) else { return .success }
            guard session.replyFilters.count < Self.maximumReplyFilters else { return .quotaExceeded }
            session.replyFilters.append(filter)
        case .notifyReply:
            self.session?.receivesNotifyReplies = true
        case .work:
            // Jobs come with MQTT workers, which are not served yet.
            return .implementationSpecificError
        }
        return .success
    }

    private func remove(_ filter: TopicFilter, version: MQTTVersion) -> Bool {
        switch filter {
        case .channel(let channel):
            guard let index = self.session?.subscriptions.firstIndex(where: { $0.channel == channel }),
                let place = self.session?.subscriptions.remove(at: index).place
            else { return false }
            self.loop.unsubscribe(from: channel, place: place, encoding: self.encoding(version))
            self.updateReadiness()
            return true
        case .reply(_, let client, let request):
            let filter = ReplyFilter(client: client, request: request)
            guard let index = self.session?.replyFilters.firstIndex(of: filter) else { return false }
            self.session?.replyFilters.remove(at: index)
            return true
        case .notifyReply:
            let existed = self.session?.receivesNotifyReplies ?? false
            self.session?.receivesNotifyReplies = false
            return existed
        case .work:
            return false
        }
    }
}
