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
    private let completion: ([UInt8]) -> Void

    /// Waits for the parts of so many channels, and then calls the completion with the reply.
    init(count: Int, completion: @escaping ([UInt8]) -> Void) {
        self.parts = Array(repeating: nil, count: count)
        self.missing = count
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
        json.object { answer in
            answer.key("channels")
            answer.array { list in
                for case let part? in self.parts { list.object { Self.append(part, to: &$0) } }
            }
        }
        return EventPayload(json)
    }

    private static func append(_ part: Part, to json: inout JSONWriter) {
        json.key("hash")
        json.string(part.channel.description)
        switch part.result {
        case .success(let page):
            json.key("position")
            json.string(page.position.description)
            json.key("recovered")
            json.string(page.recovered.rawValue)
            json.key("events")
            json.array { events in
                for event in page.events { events.raw(event.encode()) }
            }
            json.key("more")
            json.bool(page.hasMore)
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
