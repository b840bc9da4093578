import Realtime

/// The answer to a request for history, gathered channel by channel on one event loop.
final class HistoryAnswer {
    /// What became of one channel.
    struct Part {
        let channel: ChannelHash
        let result: Result<HistoryPage, RealtimeError>
    }

    private var parts: [Part?]
    private var missing: Int
    private let limit: Int
    private let completion: ([UInt8]) -> Void

    /// Waits for the parts of so many channels, and then calls the completion with the reply.
    ///
    /// The `limit` is that of all events together, in bytes; one event is in the reply whatever its size.
    init(count: Int, limit: Int, completion: @escaping ([UInt8]) -> Void) {
        self.parts = Array(repeating: nil, count: count)
        self.missing = count
        self.limit = limit
        self.completion = completion
    }

    /// Takes one channel's part.
    func set(_ part: Part, at index: Int) {
        self.parts[index] = part
        self.missing -= 1
        if self.missing == 0 { self.completion(ReplyBody.success(payload: self.payload).encode()) }
    }

    /// `{"channels":[{"hash","position","recovered","events":[…],"more"} or {"hash","error"}]}`.
    private var payload: EventPayload {
        var json = JSONWriter()
        var bytes = 0
        json.object { answer in
            answer.key("channels")
            answer.array { list in
                for case let part? in self.parts { list.object { self.append(part, to: &$0, after: &bytes) } }
            }
        }
        return EventPayload(json)
    }

    /// Writes a channel's part; its events only as far as the reply has room after so many bytes.
    private func append(_ part: Part, to json: inout JSONWriter, after bytes: inout Int) {
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
