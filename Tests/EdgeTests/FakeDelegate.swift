import NIOCore
import Realtime
import Synchronization

@testable import Edge

/// What stands behind the edge in tests: knows some tokens, keeps what it is given, and commits when it is told to.
final class FakeDelegate: EdgeDelegate {
    typealias Results = [IngestResult]

    private struct State: Sendable {
        var grants: [String: Result<Grant, RealtimeError>] = [:]
        var ingested: [IngestedMessage] = []
        var upstream: [(message: UpstreamMessage, sender: ReplyTarget)] = []
        var notified: [(account: String, request: String, body: [UInt8], sender: ReplyTarget)] = []
        var refusal: RealtimeError?
        var holdsCommits = false
        var held: [(count: Int, completion: @Sendable (Results) -> Void)] = []
        var batches = 0
    }

    private let state = Mutex(State())
    let log = FakeLog()
    /// Called with what is committed, before it is acknowledged.
    private let committed: @Sendable ([DeliverableEvent]) -> Void

    init(committed: @escaping @Sendable ([DeliverableEvent]) -> Void) {
        self.committed = committed
    }

    var ingested: [IngestedMessage] { self.state.withLock { $0.ingested } }
    var batches: Int { self.state.withLock { $0.batches } }
    var upstream: [(message: UpstreamMessage, sender: ReplyTarget)] { self.state.withLock { $0.upstream } }
    var notified: [(account: String, request: String, body: [UInt8], sender: ReplyTarget)] {
        self.state.withLock { $0.notified }
    }

    func set(_ grant: Result<Grant, RealtimeError>, for token: String) {
        self.state.withLock { $0.grants[token] = grant }
    }

    /// From now on every message is refused, or none.
    func refuse(with error: RealtimeError?) {
        self.state.withLock { $0.refusal = error }
    }

    func holdCommits() {
        self.state.withLock { $0.holdsCommits = true }
    }

    func releaseCommits() {
        let held = self.state.withLock { state in
            defer { (state.held, state.holdsCommits) = ([], false) }
            return state.held
        }
        for (count, completion) in held {
            completion((0..<count).map { IngestResult(index: $0, result: .success(())) })
        }
    }

    func authenticate(token: ByteBuffer) throws(RealtimeError) -> Grant {
        let known = self.state.withLock { $0.grants[String(buffer: token)] }
        return try (known ?? .failure(RealtimeError(.grantInvalid, "the signature is not valid"))).get()
    }

    func ingest(_ messages: [IngestedMessage], completion: @escaping @Sendable (Results) -> Void) {
        let refusal = self.state.withLock { state -> RealtimeError?? in
            state.ingested += messages
            state.batches += 1
            guard !state.holdsCommits else {
                state.held.append((messages.count, completion))
                return nil
            }
            return .some(state.refusal)
        }
        guard let refusal else { return }
        if refusal == nil { self.committed(messages.map { self.log.append($0.payload, to: $0.channel) }) }
        completion(
            messages.indices.map { IngestResult(index: $0, result: refusal.map { .failure($0) } ?? .success(())) })
    }

    func read(
        _ channel: ChannelHash,
        from start: Cursor.Start,
        limit: ReplayLimit,
        completion: @escaping FakeLog.Completion
    ) {
        self.log.read(channel, from: start, limit: limit, completion: completion)
    }

    func upstream(_ message: UpstreamMessage, from sender: ReplyTarget) {
        self.state.withLock { $0.upstream.append((message, sender)) }
    }

    func notify(
        account: String,
        request: String,
        body: [UInt8],
        components: Set<ComponentName>,
        from sender: ReplyTarget
    ) {
        self.state.withLock { $0.notified.append((account, request, body, sender)) }
    }
}
