/// The time that retention and keys are counted in: it never goes back.
///
/// It goes on with the time of day. Where that is set back, it stays where it was and goes on from there.
public struct LogClock: Sendable, Hashable {
    private var wall: Int64
    /// What log time is ahead of the time of day, in milliseconds.
    private var lead: Int64

    /// Creates a clock that shows the time of day.
    ///
    /// - Parameter wall: Unix milliseconds.
    public init(wall: Int64) {
        self.init(wall: wall, time: wall)
    }

    /// Creates a clock that goes on where another stopped.
    ///
    /// - Parameters:
    ///   - wall: The other's last time of day, in Unix milliseconds.
    ///   - time: The log time of that moment.
    public init(wall: Int64, time: Int64) {
        self.wall = wall
        self.lead = time &- wall
    }

    /// The log time at a time of day, in Unix milliseconds; at least what it returned before.
    public mutating func advance(to wall: Int64) -> Int64 {
        if wall < self.wall { self.lead &+= self.wall &- wall }
        self.wall = wall
        return wall &+ self.lead
    }
}
