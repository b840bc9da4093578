import Synchronization

/// An application that publishes numbers in their order, beside whatever else happens.
///
/// What is not acknowledged, since the bridge is away, is published again with its keys.
final class NumberSource: Sendable {
    private let channel: Channel
    private let api: API
    private let perCall: Int
    private let state = Mutex<(published: Int, isEnded: Bool)>((0, false))

    init(_ channel: Channel, of api: API, perCall: Int = 1) {
        self.channel = channel
        self.api = api
        self.perCall = perCall
    }

    /// How many the bridge has acknowledged.
    var published: Int { self.state.withLock { $0.published } }

    /// Ends the run after the call that is under way.
    func end() {
        self.state.withLock { $0.isEnded = true }
    }

    /// Publishes until there are enough, or until it is to end; returns how many that were.
    func run(through limit: Int = 100_000) async throws -> Int {
        while true {
            let (first, isEnded) = self.state.withLock { ($0.published, $0.isEnded) }
            if isEnded || first >= limit { return first }
            let payloads = (first..<min(first + self.perCall, limit)).map { JSON.int(Int64($0)) }
            try await Deadline.poll("the events from \(first) are acknowledged") {
                (try? await self.api.notify(self.channel, all: payloads, keys: "number-\(first)")) != nil
            }
            self.state.withLock { $0.published += payloads.count }
        }
    }
}
