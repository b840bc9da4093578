public import EventLog
public import Realtime

/// What a `notify` call is answered with.
public enum NotifyAnswer {
    /// Answers a call for one event with `{"hash","position"}`.
    public static func position(of event: AppendedEvent) -> EventPayload {
        var json = JSONWriter()
        self.append(event, to: &json)
        return EventPayload(json)
    }

    /// Answers any other call with `{"results":[{"hash","position"} or {"error":{"code","message"}}]}`, in order.
    public static func results(_ results: [AppendResult]) -> EventPayload {
        var json = JSONWriter()
        json.beginObject()
        json.key("results")
        json.beginArray()
        for result in results {
            switch result {
            case .success(let event):
                self.append(event, to: &json)
            case .failure(let error):
                json.object { $0.error(error) }
            }
        }
        json.endArray()
        json.endObject()
        return EventPayload(json)
    }

    /// The answer on a `reply` topic, in the form of every reply: `{"ok":true,"payload":…}` or `{"ok":false,"error":…}`.
    static func reply(_ results: [AppendResult], isSingle: Bool) -> [UInt8] {
        guard isSingle, let first = results.first else {
            return ReplyBody.success(payload: self.results(results)).encode()
        }
        switch first {
        case .success(let event): return ReplyBody.success(payload: self.position(of: event)).encode()
        case .failure(let error): return ReplyBody.failure(error).encode()
        }
    }

    private static func append(_ event: AppendedEvent, to json: inout JSONWriter) {
        json.beginObject()
        json.key("hash")
        json.string(event.channel.description)
        json.key("position")
        json.string(event.position.description)
        json.endObject()
    }
}
