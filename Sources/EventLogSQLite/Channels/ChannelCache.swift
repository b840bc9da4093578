import Realtime

/// The states of the channels that were used lately, and of all that the table has an older state of.
///
/// Two generations: what is used moves to the young one, and when that is full the old one goes.
struct ChannelCache: Sendable {
    /// States of one generation.
    private static let capacity = 65_536

    private var young: [ChannelHash: ChannelState] = [:]
    private var old: [ChannelHash: ChannelState] = [:]
    /// How often states were forgotten.
    private(set) var evictions: UInt64 = 0

    subscript(channel: ChannelHash) -> ChannelState? {
        mutating get {
            if let state = self.young[channel] { return state }
            guard let state = self.old[channel] else { return nil }
            self.store(state, for: channel)
            return state
        }
    }

    /// Keeps a state.
    mutating func store(_ state: ChannelState, for channel: ChannelHash) {
        if self.young.count >= Self.capacity { self.rotate() }
        self.young[channel] = state
    }

    /// Keeps a state that the table does not have yet.
    ///
    /// - Returns: Whether the one before was such a state already.
    mutating func storeDirty(_ state: ChannelState, for channel: ChannelHash) -> Bool {
        if self.young.count >= Self.capacity { self.rotate() }
        var dirty = state
        dirty.isDirty = true
        let before = self.young.updateValue(dirty, forKey: channel) ?? self.old[channel]
        return before?.isDirty ?? false
    }

    private mutating func rotate() {
        var kept = self.young
        for (channel, state) in self.old where state.isDirty && kept[channel] == nil {
            kept[channel] = state
        }
        self.old = kept
        self.young = [:]
        self.evictions += 1
    }
}
