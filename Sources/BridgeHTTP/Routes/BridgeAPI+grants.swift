import BridgeCore
import Hummingbird
import Realtime

extension BridgeAPI {
    /// The largest body: 120 channels with the longest fields, each byte escaped.
    private static let maximumGrantBody = 256 * 1024

    /// Answers `POST /v1/grants`.
    @Sendable
    func postGrants(_ request: Request, context: BridgeRequestContext) async throws -> Response {
        let key = try self.keys.authorize(request, for: .grant)
        let body = try await Self.body(of: request, limit: Self.maximumGrantBody)
        let wanted = try GrantRequest(json: JSONValue.parse(body))
        if wanted.role == .service, !key.roles.contains(.admin) {
            throw RealtimeError(.forbidden, "grants for services need the role admin")
        }
        return Self.json(try await self.issue(wanted, for: key).encode())
    }

    /// What no grant can say is the request's fault; `grant_invalid` itself tells a client that its own grant is bad.
    private func issue(_ request: GrantRequest, for key: APIKey) async throws(RealtimeError) -> GrantAnswer {
        do throws(RealtimeError) {
            return try await self.issuer.issue(request, for: .apiKey(key.name, components: key.components))
        } catch  where error.code == .grantInvalid {
            throw RealtimeError(.payloadInvalid, error.message)
        }
    }
}
