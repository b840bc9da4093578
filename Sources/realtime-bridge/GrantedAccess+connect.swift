import MQTTClient
import Realtime

extension GrantedAccess {
    /// Connects to the edge over WebSocket with this grant.
    ///
    /// - Throws: ``CommandFailure`` with the edge's own words where it refuses or closes.
    func withConnection<R>(_ body: (MQTTConnection) async throws -> R) async throws -> R {
        do {
            return try await self.withOneConnection(body)
        } catch let error as MQTTClientError {
            throw CommandFailure("\(error)")
        }
    }

    /// Connects as ``withConnection(_:)`` does, and leaves it to the caller to try again.
    ///
    /// - Throws: `MQTTClientError` where the connection cannot be made or ends.
    func withOneConnection<R>(_ body: (MQTTConnection) async throws -> R) async throws -> R {
        guard let endpoint = MQTTEndpoint(url: self.webSocketURL) else {
            throw CommandFailure("\(self.webSocketURL) is no address of MQTT over WebSocket")
        }
        var options = ConnectOptions()
        options.username = self.user
        options.password = self.token
        return try await MQTTConnection.withConnection(to: endpoint, options: options, body)
    }
}
