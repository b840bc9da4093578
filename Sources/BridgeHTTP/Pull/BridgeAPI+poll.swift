import BridgeCore
import Edge
import Hummingbird
import Realtime

extension BridgeAPI {
    /// The largest body of a poll, in bytes.
    private static let maximumPollBody = 64 * 1024
    /// How long a poll may wait, in seconds: less than proxies do.
    private static let waits = Int64(0)...55

    /// Answers `POST /v1/poll` as `realtime_history` is answered, as soon as there is something or the time is over.
    @Sendable
    func postPoll(_ request: Request, context: BridgeRequestContext) async throws -> Response {
        let grant = try Bearer.grant(of: request) { token throws(RealtimeError) in
            try self.pulls.authenticate(token: token)
        }
        let json = try JSONValue.parse(try await Self.body(of: request, limit: Self.maximumPollBody))
        // None: whoever only sends asks whether the bridge is there, and takes the grant.
        let channels = try HistoryRequest.parse(json, allowsNone: true)
        var wait: Int64 = 0
        if let asked = json["wait"] {
            guard let seconds = asked.int64, Self.waits.contains(seconds) else {
                throw RealtimeError(.payloadInvalid, "wait must be a number of seconds, 0 to \(Self.waits.upperBound)")
            }
            wait = seconds
        }
        var session = try self.pulls.begin(channels, by: grant)
        if wait > 0 { await context.peer?.watch(for: session.waiter) }
        let reply = await session.poll(wait: .seconds(wait))
        for case .failure(let error) in reply.parts.map(\.result) { self.edgeMetrics.refused(error.code) }
        return Self.json(reply.encode().bytes)
    }
}
