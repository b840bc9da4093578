public import Realtime

/// What became of one channel of a request for what was missed.
public struct HistoryPart: Sendable {
    /// The channel.
    public let channel: ChannelHash
    /// What there is of it, or why there is nothing.
    public let result: Result<HistoryPage, RealtimeError>

    /// Makes a part.
    public init(channel: ChannelHash, result: Result<HistoryPage, RealtimeError>) {
        self.channel = channel
        self.result = result
    }
}

/// The answer to a request for what was missed, over MQTT and HTTP alike.
public struct HistoryReply: Sendable {
    /// What one answer brings at the most; it is shared by its channels.
    public static let limit = ReplayLimit(events: 1000, bytes: 256 * 1024)

    /// The channels, in the order of the request.
    public let parts: [HistoryPart]
    private let limit: Int

    /// Makes an answer.
    ///
    /// The `limit` is that of all events together, in bytes; one event is in the answer whatever its size.
    public init(parts: [HistoryPart], limit: Int = Self.limit.bytes) {
        self.parts = parts
        self.limit = limit
    }

    /// What one channel of so many may have read for it.
    public static func limit(channels: Int) -> ReplayLimit {
        let channels = max(channels, 1)
        return ReplayLimit(events: max(self.limit.events / channels, 1), bytes: max(self.limit.bytes / channels, 1))
    }

    /// `{"channels":[{"hash","position","recovered","events":[…],"more"} or {"hash","error"}]}`.
    public func encode() -> JSONWriter {
        var json = JSONWriter()
        var bytes = 0
        json.object { answer in
            answer.key("channels")
            answer.array { list in
                for part in self.parts { list.object { self.append(part, to: &$0, after: &bytes) } }
            }
        }
        return json
    }

    /// Writes a channel's part; its events only as far as the reply has room after so many bytes.
    private func append(_ part: HistoryPart, to json: inout JSONWriter, after bytes: inout Int) {
        json.key("hash")
        json.string(part.channel.description)
        switch part.result {
        case .success(let page):
            var taken: [[UInt8]] = []
            for event in page.events.lazy.map({ $0.encode() }) {
                guard bytes == 0 || event.count <= self.limit - bytes else { break }
                bytes += event.count
                taken.append(event)
            }
            let isCut = taken.count < page.events.count
            let last = taken.isEmpty ? page.since : page.events[page.events.startIndex + taken.count - 1].position
            json.key("position")
            json.string((isCut ? last : page.position).description)
            json.key("recovered")
            json.string(page.recovered.rawValue)
            json.key("events")
            json.array { events in taken.forEach { events.raw($0) } }
            json.key("more")
            json.bool(isCut || page.hasMore)
        case .failure(let error):
            json.key("error")
            json.object { shape in
                shape.key("code")
                shape.string(error.code.rawValue)
                shape.key("message")
                shape.string(error.message)
            }
        }
    }
}
