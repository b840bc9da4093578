/// An event with its place in the log, as it is sent on its channel's topic.
public struct EventRecord: Sendable, Hashable {
    /// The number within channel and epoch; the first is 1.
    public let sequence: UInt64
    /// The life of the log that the number belongs to.
    public let epoch: Epoch
    /// When the event was committed, in Unix milliseconds.
    public let time: Int64
    /// The publisher's user, for events that came through `in`.
    public let by: String?
    /// What the event says.
    public let payload: EventPayload

    /// Makes an event's record from its parts.
    public init(sequence: UInt64, epoch: Epoch, time: Int64, by: String? = nil, payload: EventPayload) {
        self.sequence = sequence
        self.epoch = epoch
        self.time = time
        self.by = by
        self.payload = payload
    }

    /// The event's own position.
    public var position: Position { Position(epoch: self.epoch, sequence: self.sequence) }

    /// The most bytes that the encoded event takes where `by` needs no escapes, which users do not.
    public var encodedCapacity: Int {
        // {"seq":…20,"epoch":"…16","time":…20,"by":"…","payload":…}
        110 + (self.by?.utf8.count ?? 0) + self.payload.bytes.count
    }

    /// Appends the event as one line of JSON without line break; `payload` is the last member.
    public func encode(into output: inout [UInt8]) {
        output.append(contentsOf: "{\"seq\":".utf8)
        output.appendDecimal(self.sequence)
        output.append(contentsOf: ",\"epoch\":\"".utf8)
        output.append(contentsOf: self.epoch.description.utf8)
        output.append(contentsOf: "\",\"time\":".utf8)
        output.appendDecimal(self.time)
        if let by = self.by {
            var writer = JSONWriter(reserving: by.utf8.count + 2)
            writer.string(by)
            output.append(contentsOf: ",\"by\":".utf8)
            output.append(contentsOf: writer.bytes)
        }
        output.append(contentsOf: ",\"payload\":".utf8)
        output.append(contentsOf: self.payload.bytes)
        output.append(UInt8(ascii: "}"))
    }

    /// The event as one line of JSON without line break.
    public func encode() -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(self.encodedCapacity)
        self.encode(into: &output)
        return output
    }
}
