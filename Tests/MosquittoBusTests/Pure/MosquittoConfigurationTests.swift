import MessageBus
import Testing

@testable import MosquittoBus

@Suite struct MosquittoConfigurationTests {
    @Test(arguments: [
        ("mqtt://broker.example.org", MosquittoEndpoint.tcp(host: "broker.example.org", port: 1883)),
        ("mqtt://127.0.0.1:1999/", .tcp(host: "127.0.0.1", port: 1999)),
        ("mqtt://[::1]:1884", .tcp(host: "::1", port: 1884)),
        ("mqtts://a", .tls(host: "a", port: 8883, certificateAuthorities: nil)),
        ("unix:///run/mosquitto.sock", .unixSocket(path: "/run/mosquitto.sock")),
    ])
    func readsURLs(_ url: String, _ endpoint: MosquittoEndpoint) throws {
        #expect(try MosquittoConfiguration(url: url).endpoint == endpoint)
    }

    @Test func readsTheAccountAndHidesIt() throws {
        let configuration = try MosquittoConfiguration(url: "mqtts://app:p%40ss@host:8884")
        #expect(configuration.username == "app")
        #expect(configuration.password == "p@ss")
        #expect("\(configuration)" == "mqtts://host:8884")
    }

    @Test(arguments: [
        "", "host:1883", "http://host", "mqtt://", "mqtt://host:0", "mqtt://host:70000", "mqtt://host/path", "unix://",
    ])
    func refusesOthers(_ url: String) {
        let error = #expect(throws: BusError.self) { try MosquittoConfiguration(url: url) }
        #expect(error?.code == .configurationInvalid)
    }
}
