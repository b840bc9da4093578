import BridgeCore
import Synchronization

/// Ends what waits on behalf of a connection's request when the peer has gone.
///
/// A peer that has only closed its own side is taken for gone too: what it waits for is answered at once.
final class PeerWatch: Sendable {
    private let state = Mutex<(waiter: Waiter?, isGone: Bool)>((nil, false))

    /// Watches for the request that is being answered, in place of the one before.
    func watch(for waiter: Waiter) {
        let isGone = self.state.withLock { state in
            state.waiter = waiter
            return state.isGone
        }
        if isGone { waiter.end() }
    }

    /// The peer sends nothing more, or nothing more is taken of it.
    func gone() {
        let waiter = self.state.withLock { state in
            state.isGone = true
            return state.waiter.take()
        }
        waiter?.end()
    }
}
