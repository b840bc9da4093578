/// The last event seen on a channel, written `epoch:seq`: delivery begins at the sequence number after it.
public struct Position: Hashable, Sendable, CustomStringConvertible {
    /// The life of the log that the number belongs to.
    public let epoch: Epoch
    /// The sequence number of the last event seen; 0 before the first.
    public let sequence: UInt64

    /// Makes a position from its parts.
    public init(epoch: Epoch, sequence: UInt64) {
        self.epoch = epoch
        self.sequence = sequence
    }

    /// Reads `epoch:seq`; nil where the epoch is not one or the number is not in canonical decimal.
    public init?(_ text: String) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            let epoch = Epoch(String(text[..<colon])),
            let sequence = UInt64(strictDecimal: text[text.utf8.index(after: colon)...])
        else { return nil }
        self.init(epoch: epoch, sequence: sequence)
    }

    /// The position as it is written, `epoch:seq`.
    public var description: String { "\(self.epoch):\(self.sequence)" }
}
