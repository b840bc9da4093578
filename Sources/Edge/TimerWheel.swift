/// An entry of a ``TimerWheel``: it carries its own place, so that cancelling takes constant time.
protocol TimerWheelEntry: AnyObject {
    var timerPlace: TimerPlace? { get set }
}

/// Where in the wheel an entry is.
struct TimerPlace {
    var slot: Int
    var index: Int
}

/// The time-outs of one event loop: a ring of slots, one slot a tick.
///
/// An entry has at most one time-out. One that lies beyond the ring comes back early, at the ring's end; whoever gets it
/// looks at its own deadline and schedules it again. Idle connections cost nothing between their time-outs.
struct TimerWheel<Entry: TimerWheelEntry> {
    private var slots: [[Entry]]
    /// Ticks since the wheel was made.
    private(set) var now: UInt64 = 0

    init(slots: Int = 512) {
        self.slots = Array(repeating: [], count: slots)
    }

    /// Schedules an entry in place of what it was scheduled for, at least one tick ahead.
    mutating func schedule(_ entry: Entry, after ticks: Int) {
        self.cancel(entry)
        let ahead = min(max(ticks, 1), self.slots.count - 1)
        let slot = Int((self.now + UInt64(ahead)) % UInt64(self.slots.count))
        entry.timerPlace = TimerPlace(slot: slot, index: self.slots[slot].count)
        self.slots[slot].append(entry)
    }

    /// Takes an entry out; nothing happens when it is not scheduled.
    mutating func cancel(_ entry: Entry) {
        guard let place = entry.timerPlace else { return }
        entry.timerPlace = nil
        let last = self.slots[place.slot].removeLast()
        if last !== entry {
            self.slots[place.slot][place.index] = last
            last.timerPlace = place
        }
    }

    /// Goes one tick ahead.
    ///
    /// - Returns: The entries whose time has come; they are no longer scheduled.
    mutating func advance() -> [Entry] {
        self.now += 1
        let slot = Int(self.now % UInt64(self.slots.count))
        let due = self.slots[slot]
        self.slots[slot] = []
        for entry in due {
            entry.timerPlace = nil
        }
        return due
    }
}
