/// Which connections of an event loop can be written to at once, past everything that is theirs: one byte each.
///
/// A fan-out to thousands of connections that have been idle for a while reads their sockets' numbers and these bytes
/// only. Whatever else belongs to a connection is cold memory, which costs more than the decision itself.
final class WriteReadiness {
    /// A connection's place in the table, given anew when the connection has gone.
    typealias Slot = Int32

    private struct State: OptionSet {
        let rawValue: UInt8
        /// Nothing waits for the socket, and every packet may be sent to it.
        static let ready = State(rawValue: 1)
        /// It has one subscription at the most, so that nothing is to be joined with what another channel brings.
        static let hasOneChannel = State(rawValue: 2)
    }

    private var states: [State] = []
    private var free: [Slot] = []

    /// Takes a slot for a connection that is not ready.
    func add() -> Slot {
        if let slot = self.free.popLast() { return slot }
        self.states.append([])
        return Slot(self.states.count - 1)
    }

    /// Gives a slot back.
    func remove(_ slot: Slot) {
        self.states[Int(slot)] = []
        self.free.append(slot)
    }

    /// Notes how a connection is.
    func set(_ slot: Slot, isReady: Bool, hasOneChannel: Bool) {
        var state: State = isReady ? .ready : []
        if hasOneChannel { state.insert(.hasOneChannel) }
        self.states[Int(slot)] = state
    }

    /// Whether a channel's events may be sent at once, which is the only one of this turn or one of several.
    func isReady(_ slot: Slot, isOnlyChannel: Bool) -> Bool {
        let state = self.states[Int(slot)]
        return state.contains(.ready) && (isOnlyChannel || state.contains(.hasOneChannel))
    }
}
