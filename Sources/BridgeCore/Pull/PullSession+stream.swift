import Edge
public import Realtime

extension PullSession {
    /// What one read for a stream brings at the most: what a slow stream takes of memory.
    private static let limit = ReplayLimit(events: 250, bytes: 64 * 1024)
    /// How long a stream may be silent.
    static let silence = Duration.seconds(25)

    /// Where a channel's stream begins.
    public struct Opening: Sendable {
        /// The channel.
        public let channel: ChannelHash
        /// What stands in the way, or the channel's head and whether everything after the start follows.
        public let result: Result<Cursor.Verdict, RealtimeError>
        /// Where delivery begins; nil where something stands in the way.
        public let position: Position?
    }

    /// What follows in a stream.
    public enum Step: Sendable {
        /// A channel's next page, and where delivery stands behind it.
        case page(PulledPage, of: ChannelHash)
        /// Nothing happened for a while.
        case silence
        /// The rights have ended for these channels, and with them the stream.
        case expired([ChannelHash])
        /// There is nobody to read for.
        case over
    }

    /// Finds where each channel begins; its events are read later.
    ///
    /// - Throws: `busy` or `log_unavailable`; the first refusal where nothing may be read.
    public mutating func open() async throws(RealtimeError) -> [Opening] {
        var openings: [Opening] = []
        for index in self.parts.indices {
            switch self.parts[index] {
            case .failure(let refusal):
                openings.append(
                    Opening(channel: refusal.channel, result: .failure(refusal.error), position: nil))
            case .success(var pull):
                openings.append(try await self.open(&pull))
                self.parts[index] = .success(pull)
            }
        }
        if openings.allSatisfy({ $0.position == nil }), case .failure(let error)? = openings.first?.result {
            throw error
        }
        return openings
    }

    private func open(_ pull: inout ChannelPull) async throws(RealtimeError) -> Opening {
        while let read = pull.wanted {
            let page = try await self.service.log.replay(
                pull.channel, from: read.from, limit: ReplayLimit(events: 1, bytes: 1))
            guard let taken = pull.take(page, hasRoom: false) else {
                if pull.isLate { break }
                continue
            }
            return Opening(
                channel: pull.channel,
                result: taken.verdict.map { .success($0) } ?? .failure(.logBehind),
                position: pull.position
            )
        }
        throw .logBehind
    }

    /// Looks at the clock until it is cancelled, on behalf of ``next()``.
    public static func keepTime(of waiter: Waiter, until expiry: Int64, now: @Sendable () -> Int64) async {
        while !Task.isCancelled {
            let left = Duration.milliseconds(expiry * 1000 - now())
            guard left > .zero else { break }
            try? await Task.sleep(for: min(Self.silence, left))
            waiter.tick()
        }
    }

    /// Reads what follows, or waits for it.
    ///
    /// Nothing is read ahead: as slow as this is called, so slowly the log is read.
    public mutating func next() async -> Step {
        while true {
            guard !Task.isCancelled, !self.waiter.isOver else { return .over }
            guard !self.isExpired else { return .expired(self.parts.compactMap { try? $0.get().channel }) }
            if let page = await self.readNext() { return page }
            guard self.parts.allSatisfy({ (try? $0.get())?.wanted == nil }) else {
                await self.rest()
                continue
            }
            let news = await self.waiter.next()
            if news.isOver { return .over }
            self.wake(news.channels)
            if news.isTick, !self.isExpired { return .silence }
        }
    }

    /// Gives the stream's place back.
    public func close() {
        self.ticket.close()
    }

    /// Reads for the first channel, from the one whose turn it is, that has something to be read.
    private mutating func readNext() async -> Step? {
        for _ in self.parts.indices {
            let index = self.turn
            self.turn = (index + 1) % self.parts.count
            guard case .success(var pull) = self.parts[index], let read = pull.wanted else { continue }
            let result: Result<ReplayPage, RealtimeError>
            do throws(RealtimeError) {
                result = .success(try await self.service.log.replay(pull.channel, from: read.from, limit: Self.limit))
            } catch {
                result = .failure(error)
            }
            var taken: PulledPage?
            if case .success(let page) = result { taken = pull.take(page) } else { pull.failed() }
            self.parts[index] = .success(pull)
            if let taken, !taken.events.isEmpty || taken.gap != nil { return .page(taken, of: pull.channel) }
        }
        return nil
    }
}
