import Testing

@testable import MQTTClient

@Suite struct EndpointTests {
    @Test(arguments: [
        ("mqtt://localhost", MQTTEndpoint.tcp(host: "localhost", port: 1883)),
        ("MQTT://127.0.0.1:1884/", .tcp(host: "127.0.0.1", port: 1884)),
        ("mqtt://[::1]:9", .tcp(host: "::1", port: 9)),
        ("ws://a.example", .webSocket(host: "a.example", port: 80, path: "/mqtt")),
        ("ws://a.example:8080/x/y?z=1", .webSocket(host: "a.example", port: 8080, path: "/x/y?z=1")),
    ])
    func reads(url: String, endpoint: MQTTEndpoint) {
        #expect(MQTTEndpoint(url: url) == endpoint)
    }

    @Test(arguments: [
        "", "localhost", "mqtts://a", "wss://a", "http://a", "mqtt://", "mqtt://a:0", "mqtt://a:65536", "mqtt://a:x",
        "mqtt://a:", "mqtt://user:secret@a", "mqtt://a/path", "mqtt://[::1", "ws://a?x",
    ])
    func refuses(_ url: String) {
        #expect(MQTTEndpoint(url: url) == nil)
    }
}
