import BridgeCore
import BridgeHTTP
import Edge
import Realtime

extension Configuration {
    /// How clients reach the bridge.
    var urls: BridgeURLs {
        let origin = self.publicOrigin
        return BridgeURLs(
            http: origin.text,
            websocket: origin.url(replacingSchemeWith: "ws", secure: "wss", path: "/mqtt"),
            mqtt: "mqtt://\(self.listen.mqtt.host):\(self.listen.mqtt.port)"
        )
    }

    /// What the edge announces and enforces.
    var edge: EdgeConfiguration {
        EdgeConfiguration(
            site: self.site,
            // Our own pages are of our own origin, which is configured and never taken from a request.
            origins: self.origins.union(self.publicOrigin.withSecure),
            maximumPayload: self.limits.payload,
            maximumConnections: self.limits.connections,
            maximumOutboundBytes: self.limits.outboundBytes,
            upstreamPerSecond: self.limits.upstreamPerSecond
        )
    }

    private var publicOrigin: Origin {
        let address = self.listen.http
        let listening = Origin(listeningOn: address.host, port: address.port)
        return self.publicURL.flatMap(Origin.init(of:)) ?? listening
    }
}
