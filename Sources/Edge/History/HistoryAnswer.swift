import Realtime

/// The answer to a request for history, gathered channel by channel on one event loop.
final class HistoryAnswer {
    private var parts: [HistoryPart?]
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
    func set(_ part: HistoryPart, at index: Int) {
        self.parts[index] = part
        self.missing -= 1
        guard self.missing == 0 else { return }
        let reply = HistoryReply(parts: self.parts.compactMap(\.self), limit: self.limit)
        self.completion(ReplyBody.success(payload: EventPayload(reply.encode().json)).encode())
    }
}
