import EventLog

/// How a block of events is laid out; integers are little-endian.
///
/// Header, records, directory (for each record the number relative to the first, and the offset: two times 4 bytes),
/// checksum (8 bytes).
enum BlockFormat {
    /// Version 1 byte, 3 zero, count 4, wall 8, time 8, longest retention 8.
    static let headerBytes = 32
    static let version: UInt8 = 1
    /// Channel 20, sequence 8, previous 8, payload's length 4, user's length 2, flags 1.
    static let recordBytes = 43
    /// Retention's time 8, events 8, flags 1.
    static let policyBytes = 17
    static let directoryEntryBytes = 8
    static let checksumBytes = 8

    static let hasUser: UInt8 = 1
    static let hasPolicy: UInt8 = 2

    /// A block is closed when it has grown to this; only one with a large event is larger.
    static let targetBytes = 8 * 1024
    static let maximumCount = 256
}

extension ChannelPolicy {
    private static let retainsLastFlag: UInt8 = 1
    private static let historyFromGrantOnlyFlag: UInt8 = 2

    /// The two switches, as they are stored.
    var flags: UInt8 {
        (self.retainsLast ? Self.retainsLastFlag : 0)
            | (self.historyFromGrantOnly ? Self.historyFromGrantOnlyFlag : 0)
    }

    init(time: Int64, events: Int64, flags: UInt8) {
        self.init(
            retention: Retention(time: time, events: Int(clamping: events)),
            retainsLast: flags & Self.retainsLastFlag != 0,
            historyFromGrantOnly: flags & Self.historyFromGrantOnlyFlag != 0
        )
    }
}
