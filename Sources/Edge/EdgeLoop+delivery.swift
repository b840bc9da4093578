import Realtime

// MARK: - Committed events

extension EdgeLoop {
    /// Hands out what is committed.
    func drainInbox() {
        let content = self.inbox.takeAll()
        guard !content.isEmpty else { return }
        if content.hasOverflowed { self.catchUpEverybody() }
        var dirty: [ChannelFanout] = []
        for event in content.events {
            if let fanout = self.fanouts[event.channel], fanout.enqueue(event) {
                dirty.append(fanout)
            }
        }
        var deliveries = 0
        for fanout in dirty {
            // With one channel a subscriber gets one write: send it while its data is in the cache.
            deliveries += self.flush(fanout, isOnlyChannel: dirty.count == 1)
        }
        if deliveries > 0 {
            self.metrics.delivered(deliveries)
        }
    }

    /// Writes what waits to every subscriber, in as few pieces as may be.
    ///
    /// - Returns: How many events were written, counted once for each subscriber.
    private func flush(_ fanout: ChannelFanout, isOnlyChannel: Bool) -> Int {
        var deliveries = 0
        for var batch in fanout.takePending() {
            switch fanout.edge.advance(over: batch.numbers) {
            case .continues(let from, let dropping):
                for encoding in ChannelFanout.Encoding.all {
                    let subscribers = fanout.live(encoding)
                    guard !subscribers.isEmpty, dropping < batch.numbers.count else { continue }
                    let packets = batch.packets(encoding).dropping(dropping)
                    let full = subscribers.write(
                        packets, isOnlyChannel: isOnlyChannel, readiness: self.readiness)
                    deliveries += (subscribers.count - full.count) * (batch.numbers.count - dropping)
                    for subscription in full { self.fellBehind(subscription, at: from) }
                }
            case .breaks(let from):
                for encoding in ChannelFanout.Encoding.all {
                    for subscription in fanout.live(encoding).subscriptions {
                        self.fellBehind(subscription, at: from)
                    }
                }
            }
            deliveries += self.pass(&batch, to: fanout)
        }
        return deliveries
    }

    /// Tells followers of a batch, some of whom join by it.
    private func pass(_ batch: inout EventBatch, to fanout: ChannelFanout) -> Int {
        var deliveries = 0
        // A copy: whoever joins leaves the list.
        for subscription in fanout.followers {
            switch subscription.cursor.passed(batch.numbers, hasRoom: subscription.connection.hasRoom) {
            case .ignore:
                break
            case .read(let read):
                self.read(read, for: subscription)
            case .join(let dropping):
                fanout.goLive(subscription)
                guard dropping < batch.numbers.count else { continue }
                // There was room: what is one batch more than that is queued.
                _ = subscription.connection.deliver(batch.packets(subscription.encoding).dropping(dropping))
                deliveries += batch.numbers.count - dropping
            }
        }
        return deliveries
    }

    private func fellBehind(_ subscription: ChannelSubscription, at position: Position) {
        guard subscription.isOpen, subscription.isLive else { return }
        subscription.cursor.fellBehind(at: position)
        subscription.fanout.fallBehind(subscription)
        self.metrics.fellBehind()
        self.resume(subscription)
    }

    /// Events were lost on their way to this loop: everybody looks for them in the log.
    private func catchUpEverybody() {
        for fanout in self.fanouts.values {
            for subscription in fanout.followers {
                subscription.cursor.missed()
                self.resume(subscription)
            }
            // Nobody is live before the first batch.
            guard let position = fanout.edge.position else { continue }
            for encoding in ChannelFanout.Encoding.all {
                for subscription in fanout.live(encoding).subscriptions {
                    self.fellBehind(subscription, at: position)
                }
            }
        }
    }
}

// MARK: - Subscriptions

extension EdgeLoop {
    /// The fan-out of a channel, made where there is none.
    func fanout(of channel: ChannelHash) -> ChannelFanout {
        if let fanout = self.fanouts[channel] { return fanout }
        let fanout = ChannelFanout(hash: channel, site: self.configuration.site)
        self.fanouts[channel] = fanout
        return fanout
    }

    /// Ends a subscription, and its fan-out with the last one.
    func close(_ subscription: ChannelSubscription) {
        subscription.close()
        let fanout = subscription.fanout
        if fanout.isEmpty, self.fanouts[fanout.hash] === fanout { self.fanouts[fanout.hash] = nil }
    }

    /// Makes a read for a subscription's cursor.
    func read(_ read: Cursor.Read, for subscription: ChannelSubscription) {
        self.replays.add(read, for: subscription)
    }

    /// Goes on with a subscription that may have waited for room.
    func resume(_ subscription: ChannelSubscription) {
        guard subscription.isOpen, subscription.connection.hasRoom else { return }
        switch subscription.cursor.resume(at: subscription.fanout.edge) {
        case .read(let read): self.read(read, for: subscription)
        case .live: subscription.fanout.goLive(subscription)
        case .wait: break
        }
    }

    /// Takes the answer to a read of an open subscription.
    func answered(
        _ subscription: ChannelSubscription,
        _ read: Cursor.Read,
        _ result: Result<ReplayPage, RealtimeError>
    ) {
        if let opening = subscription.opening {
            // One that is left behind by another start is not what its SUBACK waits for.
            guard subscription.cursor.awaits(read) else { return }
            return subscription.connection.opened(PendingSubscribe.Opened(subscription, read, result), opening)
        }
        switch result {
        case .success(let page):
            self.take(page, for: subscription, answering: read)
        case .failure:
            if case .later = subscription.cursor.failed(read) { self.resumeLater(subscription) }
        }
    }

    /// Writes what a page brings, if the connection has room for it, and goes on.
    func take(_ page: ReplayPage, for subscription: ChannelSubscription, answering read: Cursor.Read) {
        let connection = subscription.connection
        let edge = subscription.fanout.edge
        switch subscription.cursor.answered(page.numbers, to: read, at: edge, hasRoom: connection.hasRoom) {
        case .deliver(let delivery):
            subscription.fanout.edge.begin(at: page.head)
            connection.deliver(delivery, of: page, to: subscription)
            self.metrics.replayed(page.events.count - delivery.dropping)
            self.resume(subscription)
        case .later:
            self.resumeLater(subscription)
        case .ignore:
            break
        }
    }

    private func resumeLater(_ subscription: ChannelSubscription) {
        self.replays.later { [weak self] in self?.resume(subscription) }
    }
}
