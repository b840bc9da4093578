import MessageBus

/// Receives messages for a test to wait for.
final class MessageCollector: Sendable {
    private let stream: AsyncStream<BusMessage>
    private let continuation: AsyncStream<BusMessage>.Continuation

    init() {
        (self.stream, self.continuation) = AsyncStream.makeStream()
    }

    /// To be given to `subscribe`.
    var handler: @Sendable (BusMessage) -> Void {
        { [continuation] in continuation.yield($0) }
    }

    /// The next message; nil if the test was cancelled.
    func next() async -> BusMessage? {
        await self.stream.first { _ in true }
    }

    /// The topics up to and including a given one.
    func topics(through last: String) async -> [String] {
        var topics: [String] = []
        for await message in self.stream {
            topics.append(message.topic)
            if message.topic == last { break }
        }
        return topics
    }
}
