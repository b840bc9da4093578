import MQTTClient
import Realtime

extension GrantedAccess {
    /// Connects to the edge over WebSocket with this grant.
    ///
    /// - Throws: ``CommandFailure`` with the edge's own words where it refuses or closes.
    func withConnection<R>(_ body: (MQTTConnection) async throws -> R) async throws -> R {
        guard let endpoint = MQTTEndpoint(url: self.webSocketURL) else {
            throw CommandFailure("\(self.webSocketURL) is no address of MQTT over WebSocket")
        }
        var options = ConnectOptions()
        options.username = self.user
        options.password = self.token
        do {
            return try await MQTTConnection.withConnection(to: endpoint, options: options, body)
        } catch let error as MQTTClientError {
            throw CommandFailure("\(error)")
        }
    }
}
