public import Edge
import Realtime

extension PullSession {
    /// Reads each channel's next page; where there is nothing, waits for the first event.
    ///
    /// What ends the wait: an event, a gap, a channel that cannot be read, the time, the rights' end, shutdown, and the
    /// peer's leaving.
    public mutating func poll(wait: Duration) async -> HistoryReply {
        let waiter = self.ticket.waiter
        defer { self.ticket.close() }
        var answer = PollAnswer(self.parts)
        await self.read(into: &answer)
        guard answer.isEmpty, wait > .zero else { return answer.reply }
        let time = min(wait, self.timeLeft)
        return await withTaskGroup(of: Void.self) { group in
            // Cancelled below as soon as there is an answer, and awaited by the group.
            group.addTask {
                try? await Task.sleep(for: time)
                waiter.tick()
            }
            while answer.isEmpty {
                let news = await waiter.next()
                guard !self.isExpired else { break }
                self.wake(news.channels)
                await self.read(into: &answer)
                if news.isTick || news.isOver { break }
            }
            group.cancelAll()
            return answer.reply
        }
    }

    private mutating func read(into answer: inout PollAnswer) async {
        let limit = HistoryReply.limit(channels: self.parts.count)
        for index in self.parts.indices {
            guard case .success(var pull) = self.parts[index] else { continue }
            // Once, or until what the first answers say of the area is heeded.
            while let read = pull.wanted {
                do throws(RealtimeError) {
                    let page = try await self.service.log.replay(pull.channel, from: read.from, limit: limit)
                    if let page = pull.take(page) {
                        answer.take(page, of: pull, at: index)
                        break
                    }
                    if pull.isLate { break }
                } catch {
                    pull.failed()
                    answer.take(error, of: pull, at: index)
                    break
                }
            }
            self.parts[index] = .success(pull)
        }
    }
}

/// What a poll has found so far.
private struct PollAnswer {
    private struct Channel {
        let hash: ChannelHash
        var page: HistoryPage?
        var error: RealtimeError?
    }

    private var channels: [Channel]
    /// Nothing that would be worth an answer.
    private(set) var isEmpty = true

    init(_ parts: [Result<ChannelPull, PullRefusal>]) {
        self.channels = parts.map { part in
            switch part {
            case .success(let pull): Channel(hash: pull.channel)
            case .failure(let refusal): Channel(hash: refusal.channel, error: refusal.error)
            }
        }
        self.isEmpty = self.channels.allSatisfy { $0.error == nil }
    }

    mutating func take(_ page: PulledPage, of pull: ChannelPull, at index: Int) {
        // It is there once a page was taken.
        guard let position = pull.position else { return }
        let before = page.events.first.map { Position(epoch: $0.epoch, sequence: $0.sequence - 1) }
        let isGap = page.gap != nil || self.channels[index].page?.recovered == .gap
        self.channels[index].page = HistoryPage(
            since: before ?? position,
            position: position,
            recovered: isGap ? .gap : page.verdict?.recovered ?? self.channels[index].page?.recovered ?? .none,
            events: page.events,
            hasMore: pull.wanted != nil
        )
        if !page.events.isEmpty || isGap { self.isEmpty = false }
    }

    mutating func take(_ error: RealtimeError, of pull: ChannelPull, at index: Int) {
        self.channels[index].error = error
        self.isEmpty = false
    }

    var reply: HistoryReply {
        HistoryReply(
            parts: self.channels.map { channel in
                if channel.error == nil, let page = channel.page {
                    return HistoryPart(channel: channel.hash, result: .success(page))
                }
                return HistoryPart(channel: channel.hash, result: .failure(channel.error ?? .logBehind))
            }
        )
    }
}

extension RealtimeError {
    /// A read brought nothing of what is known to be there.
    static let logBehind = RealtimeError(.logUnavailable, "the event log is behind")
}
