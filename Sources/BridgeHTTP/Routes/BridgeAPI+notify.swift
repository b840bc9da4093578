import BridgeCore
import Hummingbird
import Realtime

extension BridgeAPI {
    /// The largest body of any call, in bytes.
    static let maximumBody = 8 * 1024 * 1024

    /// Answers `POST /v1/notify`.
    @Sendable
    func postNotify(_ request: Request, context: BridgeRequestContext) async throws -> Response {
        let key = try self.keys.authorize(request, for: .notify)
        let body = try await Self.body(of: request, limit: Self.maximumBody)
        let wanted = try NotifyRequest(json: JSONValue.parse(body, opaque: "payload"), limit: self.payloadLimit)
        let results = await self.notifier.notify(wanted, from: .apiKey(key.name, components: key.components))
        if wanted.isSingle, let result = results.first {
            return Self.json(NotifyAnswer.position(of: try result.get()).bytes)
        }
        return Self.json(NotifyAnswer.results(results).bytes)
    }
}
