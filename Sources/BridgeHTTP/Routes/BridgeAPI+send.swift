import BridgeCore
import Edge
import HTTPTypes
import Hummingbird
import Realtime

extension BridgeAPI {
    /// Answers `POST /v1/send/{component}`: an upstream message of whoever holds the grant, and its reply.
    ///
    /// The reply is the same as over MQTT, a failed callback's included; what the bridge refuses is a problem.
    @Sendable
    func postSend(_ request: Request, context: BridgeRequestContext) async throws -> Response {
        let grant = try Bearer.grant(of: request) { token throws(RealtimeError) in
            try self.upstream.verifier.verify(token)
        }
        let name = context.parameters.get("component") ?? ""
        let id = try Self.requestID(of: request)
        let now = self.upstream.now() / 1000
        let topic = Topic.upstream(user: grant.user, component: name, request: id)
        let rights = HeldRights(grant)
        if let error = rights.decide(.publish(topic), at: now).error { throw error }
        let component = try ComponentName(name)
        guard self.upstream.rates.take(user: grant.user, session: grant.session, now: now) else {
            throw RealtimeError(.limit, "limits.upstream_per_second")
        }
        let payload = try await Self.body(of: request, limit: self.payloadLimit)
        // A body may come slowly: whoever has no right any more when it is whole has none.
        if let error = rights.decide(.publish(topic), at: self.upstream.now() / 1000).error { throw error }
        let message = UpstreamMessage(
            user: grant.user,
            session: grant.session,
            client: "-",
            component: component,
            request: id,
            payload: payload
        )
        switch await self.upstream.service.submit(message) {
        case .answered(let reply): return Self.json(reply)
        case .refused(let error): throw error
        }
    }

    /// The message's id: the header `Idempotency-Key`, with or without the quotes of a structured field, else a new one.
    private static func requestID(of request: Request) throws(RealtimeError) -> String {
        guard let header = request.headers[.idempotencyKey] else {
            return Base64URL.encode([UInt8].random(count: 16))
        }
        var id = header[...]
        if id.utf8.count >= 2, id.hasPrefix("\""), id.hasSuffix("\"") { id = id.dropFirst().dropLast() }
        guard Topic.isRequest(id) else {
            throw RealtimeError(.payloadInvalid, "Idempotency-Key: 1 to 40 characters of [A-Za-z0-9_-]")
        }
        return String(id)
    }
}
