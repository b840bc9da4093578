/// How many log lines of one kind may be written in a second, so that nobody fills the disk by being refused.
public struct LineLimit: Sendable {
    /// What to do with a line.
    public enum Verdict: Equatable, Sendable {
        /// Write it; as many were left out before it.
        case write(leftOut: Int)
        /// Leave it out.
        case leaveOut
    }

    private let perSecond: Int
    private var second: UInt64 = 0
    private var written = 0
    private var leftOut = 0

    /// Creates a limit.
    public init(perSecond: Int) {
        self.perSecond = perSecond
    }

    /// Asks for one line, at a time in seconds of any clock that does not go back.
    public mutating func take(now: UInt64) -> Verdict {
        if now != self.second {
            self.second = now
            self.written = 0
        }
        guard self.written < self.perSecond else {
            self.leftOut += 1
            return .leaveOut
        }
        self.written += 1
        defer { self.leftOut = 0 }
        return .write(leftOut: self.leftOut)
    }
}
