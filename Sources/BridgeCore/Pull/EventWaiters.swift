public import Edge
import Realtime
import Synchronization

/// Wakes those who read the log at their own pace when something is committed to their channels.
///
/// Whoever waits is added before it reads, so that what the read does not bring wakes it.
public final class EventWaiters: EventSink {
    private let waiters = Mutex<[ChannelHash: [ObjectIdentifier: Waiter]]>([:])
    /// How many waiters are in the table, so that nothing is locked where nobody waits.
    private let number = Atomic<Int>(0)

    /// Creates a table of nobody.
    public init() {}

    /// How many wait, or read before they wait again.
    public var count: Int { self.number.load(ordering: .relaxed) }

    /// Wakes whoever waits for one of the events' channels.
    public func deliver(_ events: [DeliverableEvent], through number: UInt64) {
        // Who is not seen here reads after this commit: the log's lock orders its adding itself before that.
        guard self.number.load(ordering: .acquiring) > 0 else { return }
        let woken = self.waiters.withLock { waiters in
            var woken: [(ChannelHash, [ObjectIdentifier: Waiter])] = []
            var last: ChannelHash?
            for event in events where event.channel != last {
                last = event.channel
                if let table = waiters[event.channel] { woken.append((event.channel, table)) }
            }
            return woken
        }
        for (channel, waiters) in woken {
            for waiter in waiters.values { waiter.wake(channel) }
        }
    }

    /// Has a waiter woken by channels, each named once.
    func add(_ waiter: Waiter, to channels: [ChannelHash]) {
        self.number.add(1, ordering: .acquiringAndReleasing)
        self.waiters.withLock { waiters in
            for channel in channels { waiters[channel, default: [:]][ObjectIdentifier(waiter)] = waiter }
        }
    }

    /// Takes a waiter out that was added to these channels.
    func remove(_ waiter: Waiter, from channels: [ChannelHash]) {
        self.waiters.withLock { waiters in
            for channel in channels {
                waiters[channel]?[ObjectIdentifier(waiter)] = nil
                if waiters[channel]?.isEmpty == true { waiters[channel] = nil }
            }
        }
        self.number.subtract(1, ordering: .acquiringAndReleasing)
    }
}
