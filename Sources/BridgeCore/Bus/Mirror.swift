public import Edge
public import EventLog
public import Logging
public import MessageBus
public import Realtime
public import ServiceLifecycle
import Synchronization

/// Publishes every committed event on the broker too, for other systems, at least once and in order.
///
/// Behind the log: what the broker does not take at once is read from there again later, so that the bridge's own
/// clients never wait for it. Where it has got to is a cursor of the log, moved by what the broker has acknowledged:
/// events go with QoS 0, but for one every now and then, whose PUBACK says that those before it have arrived too.
public final class Mirror: EventSink, Service {
    private static let cursor = "mirror"
    /// The most events between two that are acknowledged, and the longest time while there are any.
    private static let acknowledgedEvery = 256
    private static let acknowledgedWithin = Duration.milliseconds(200)
    private static let page = ReadLimit(events: 500, bytes: 256 * 1024)
    /// How often the cursor is stored, and a broker that is away is looked for.
    private static let interval = Duration.milliseconds(500)

    private struct State: Sendable {
        /// Events come as they are committed; else they are read from the log.
        var isLive = false
        /// The last event handed to the bus, and the last one that the broker has, by number.
        var published: UInt64 = 0
        var acknowledged: UInt64 = 0
        /// The last event committed, as far as is known.
        var committed: UInt64 = 0
        /// Events since the last one that was to be acknowledged, and when that was.
        var unasked = 0
        var askedAt = ContinuousClock.now
        /// How often the bus had connected anew when publishing began.
        var reconnects: UInt64 = 0
        /// Counts the times that publishing began anew: an answer from before counts no more.
        var generation = 0
    }

    private let site: SiteName
    private let bus: any Bus
    private let log: any EventLog
    private let logger: Logger
    private let state = Mutex(State())

    /// Creates a mirror.
    public init(site: SiteName, bus: any Bus, log: any EventLog, logger: Logger) {
        self.site = site
        self.bus = bus
        self.log = log
        self.logger = logger
    }

    /// Whether the broker has not been given everything that is committed.
    public var isBehind: Bool { self.state.withLock { !$0.isLive } }

    /// Publishes events as they are committed, if nothing waits before them.
    public func deliver(_ events: [DeliverableEvent], through number: UInt64) {
        let isLive = self.state.withLock { state in
            state.committed = max(state.committed, number)
            // What was read from the log before this call came has been published.
            return state.isLive && number > state.published
        }
        guard isLive else { return }
        var rest = UInt64(events.count)
        for event in events {
            rest -= 1
            // The last one's number is the batch's; those before need none that is exact, only none that is too high.
            guard self.publish(event.channel, event.json, number: rest == 0 ? number : nil) else { return }
        }
    }

    /// Publishes what the broker has missed, and keeps the cursor, until shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if let start = await self.storedCursor() {
                    self.state.withLock { ($0.published, $0.acknowledged) = (start, start) }
                    break
                }
                try? await Task.sleep(for: Self.interval)
            }
            var stored: UInt64 = 0
            while !Task.isCancelled {
                let reconnects = self.bus.statistics.reconnects
                if self.state.withLock({ $0.reconnects }) != reconnects { self.startOver() }
                if self.bus.isConnected { await self.catchUp() } else { self.startOver() }
                let acknowledged = self.state.withLock { $0.acknowledged }
                if acknowledged != stored, (try? await self.log.setCursor(named: Self.cursor, to: acknowledged)) != nil
                {
                    stored = acknowledged
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Where mirroring goes on; nil while the log cannot be read.
    private func storedCursor() async -> UInt64? {
        do throws(RealtimeError) {
            return try await self.log.cursor(named: Self.cursor) ?? 0
        } catch {
            self.logger.debug("the mirror waits for the log", metadata: ["code": "\(error.code)"])
            return nil
        }
    }

    private func catchUp() async {
        while !Task.isCancelled, self.isBehind {
            let from = self.state.withLock { $0.published }
            guard let page = try? await self.log.readCommitted(after: from, limit: Self.page) else { return }
            for event in page.events {
                guard self.publish(event.channel, event.record.encode(), number: event.number) else { return }
            }
            self.state.withLock { state in
                state.published = max(state.published, page.next)
                // What is committed from here on comes by itself: the lock makes it either this page's or the next call's.
                if !page.hasMore, state.committed <= state.published { state.isLive = true }
            }
        }
    }

    /// - Returns: Whether the bus has taken it; else publishing starts over from what the broker has.
    private func publish(_ channel: ChannelHash, _ json: [UInt8], number: UInt64?) -> Bool {
        let now = ContinuousClock.now
        let (asks, generation) = self.state.withLock { state in
            state.unasked += 1
            guard let number else { return (false, state.generation) }
            state.published = max(state.published, number)
            let asks =
                state.unasked >= Self.acknowledgedEvery || state.askedAt.duration(to: now) >= Self.acknowledgedWithin
            if asks { (state.unasked, state.askedAt) = (0, now) }
            return (asks, state.generation)
        }
        do throws(BusError) {
            let topic = Topic.channel(channel).text(site: self.site)
            guard asks, let number else {
                try self.bus.publish(topic: topic, payload: json, qos: .atMostOnce, completion: nil)
                return true
            }
            try self.bus.publish(topic: topic, payload: json, qos: .atLeastOnce) { result in
                self.settle(result, number: number, generation: generation)
            }
            return true
        } catch {
            self.startOver()
            return false
        }
    }

    private func settle(_ result: Result<Void, BusError>, number: UInt64, generation: Int) {
        let reconnects = self.bus.statistics.reconnects
        switch result {
        case .success:
            self.state.withLock { state in
                // Of another connection it says nothing of what went before it.
                guard state.generation == generation, state.reconnects == reconnects else { return }
                state.acknowledged = max(state.acknowledged, number)
            }
        case .failure:
            self.startOver()
        }
    }

    private func startOver() {
        let reconnects = self.bus.statistics.reconnects
        self.state.withLock { state in
            state.reconnects = reconnects
            state.isLive = false
            state.published = state.acknowledged
            state.unasked = Self.acknowledgedEvery
            state.generation += 1
        }
    }
}
