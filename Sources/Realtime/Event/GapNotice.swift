/// Events up to a position are lost to a subscriber, as it is told in place of them.
public struct GapNotice: Sendable, Hashable {
    /// The last event that is lost.
    public let position: Position
    /// When it is told, in Unix milliseconds.
    public let time: Int64

    /// Makes a notice.
    public init(through position: Position, time: Int64) {
        self.position = position
        self.time = time
    }

    /// The notice as one line of JSON: `{"seq","epoch","time","gap":true}`.
    public func encode() -> [UInt8] {
        var json = JSONWriter(reserving: 96)
        json.object { event in
            event.key("seq")
            event.int(self.position.sequence)
            event.key("epoch")
            event.string(self.position.epoch.description)
            event.key("time")
            event.int(self.time)
            event.key("gap")
            event.bool(true)
        }
        return json.bytes
    }
}
