import Realtime
import Synchronization

/// The place of one poll or stream: among those that are woken, and among those that are counted.
///
/// It is given back by ``close()``, or with the last reference where an answer is never written.
final class PullTicket: Sendable {
    let waiter = Waiter()
    private let waiters: EventWaiters
    private let slots: PullSlots
    private let owner: PullSlots.Owner
    private let channels: [ChannelHash]
    private let isClosed = Atomic<Bool>(false)

    /// Takes a place.
    ///
    /// - Throws: `limit`.
    init(
        owner: PullSlots.Owner,
        channels: [ChannelHash],
        waiters: EventWaiters,
        slots: PullSlots
    ) throws(RealtimeError) {
        try slots.take(for: owner)
        self.owner = owner
        self.channels = channels
        self.waiters = waiters
        self.slots = slots
        waiters.add(self.waiter, to: channels)
    }

    deinit {
        self.close()
    }

    /// Gives the place back.
    func close() {
        guard !self.isClosed.exchange(true, ordering: .relaxed) else { return }
        self.waiters.remove(self.waiter, from: self.channels)
        self.slots.release(self.owner)
    }
}
