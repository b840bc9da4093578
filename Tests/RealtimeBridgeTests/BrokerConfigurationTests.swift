import Foundation
import Logging
import MosquittoBus
import Realtime
import Testing

@testable import RealtimeBridge

@Suite struct BrokerConfigurationTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// The configuration with these lines as its `broker`.
    private func read(_ settings: String) throws(RealtimeError) -> Configuration {
        try Configuration(yaml: SampleConfiguration.minimal + "\nbroker: { \(settings) }")
    }

    private func external(_ settings: String) throws -> MosquittoConfiguration {
        guard case .external(let configuration) = try self.read(settings).broker else {
            throw RealtimeError(.configurationInvalid, "the broker is another one")
        }
        return configuration
    }

    @Test(arguments: [
        ("mqtt://host", MosquittoEndpoint.tcp(host: "host", port: 1883)),
        ("mqtt://host:1999/", .tcp(host: "host", port: 1999)),
        ("mqtts://host", .tls(host: "host", port: 8883, certificateAuthorities: nil)),
        ("MQTTS://host", .tls(host: "host", port: 8883, certificateAuthorities: nil)),
        ("mqtt://[::1]", .tcp(host: "::1", port: 1883)),
        ("mqtts://x:secret@[2001:db8::1]:8884", .tls(host: "2001:db8::1", port: 8884, certificateAuthorities: nil)),
    ])
    func urlsNameTheBroker(url: String, endpoint: MosquittoEndpoint) throws {
        #expect(try self.external("url: \"\(url)\"").endpoint == endpoint)
    }

    @Test(
        arguments: [
            ("mqtt://host", nil, nil), ("mqtt://bridge@host", "bridge", nil), ("mqtt://bridge:@host", "bridge", ""),
            ("mqtt://br%40dge:p%40ss%2F%3A%23%25%20%C3%A9@host", "br@dge", "p@ss/:#% é"),
            ("mqtt://bridge:a:b@host", "bridge", "a:b"), ("mqtt://bridge:a+b@host", "bridge", "a+b"),
        ] as [(String, String?, String?)])
    func urlsNameTheAccount(url: String, user: String?, password: String?) throws {
        let configuration = try self.external("url: \"\(url)\"")
        #expect(configuration.username == user)
        #expect(configuration.password == password)
    }

    @Test(arguments: [
        "host:1883", "http://x:secret@host", "mqtt://", "mqtt://x:secret@", "mqtt://x:secret@host:0",
        "mqtt://x:secret@host:65536", "mqtt://x:secret@host/path", "mqtt://x:secret@host?a", "mqtt://x:secret@host#a",
        "mqtt://x:12#secret@host", "mqtt://x:12?secret@host", "mqtt://x:12/secret@host", "mqtt://x:sec@ret@host",
        "mqtt://x:sec%zzret@host", "mqtt://x:secret%00@host", "mqtt://x:secret%FF@host", "mqtt://x:secret@ho%00st",
        "mqtt://:secret@host", "mqtt://x:sec ret@host", "mqtt://x:secret@[::1", "mqtt://x:secrét@host",
    ])
    func otherURLsAreRefusedWithoutBeingRepeated(url: String) throws {
        let error = #expect(throws: RealtimeError.self) { try self.read("url: \"\(url)\"") }
        #expect(error?.code == .configurationInvalid)
        #expect(error?.message.hasPrefix("broker.url: ") == true)
        #expect(error?.message.contains("sec") == false)
        #expect(error?.message.contains("ret@") == false)
    }

    @Test func aConfigurationDoesNotShowItsPassword() throws {
        let broker = try self.read("url: \"mqtts://bridge:secret@host\"").broker
        #expect(!"\(broker)".contains("secret"))
        #expect("\(broker)".contains("mqtts://host:8883"))
    }

    @Test(arguments: [
        ("url: \"mqtt://x:secret@host\", embedded: {}", "broker.url"),
        ("url: \"mqtt://x:secret@host\", ca: ca.pem", "broker.ca"), ("ca: ca.pem", "broker.ca"),
        ("embedded: {}, ca: ca.pem", "broker.ca"), ("url: [a]", "broker.url"),
    ])
    func settingsThatDoNotGoTogetherAreNamed(settings: String, path: String) {
        let error = #expect(throws: RealtimeError.self) { try self.read(settings) }
        #expect(error?.code == .configurationInvalid)
        #expect(error?.message.hasPrefix("\(path): ") == true, "\(error?.message ?? "")")
    }

    @Test func authoritiesLieInTheDataFolder() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/rtb-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var configuration = try self.read("url: \"mqtts://host\", ca: ca.pem")
        configuration.directory = folder
        let error = #expect(throws: RealtimeError.self) { try configuration.makeBroker(logger: Self.logger) }
        #expect(error?.message.hasPrefix("broker.ca: ") == true)

        try Data().write(to: URL(fileURLWithPath: folder + "/ca.pem"))
        #expect(try configuration.makeBroker(logger: Self.logger)?.services.count == 1)
        let absolute = try self.read("url: \"mqtts://host\", ca: \"\(folder)/ca.pem\"")
        #expect(try absolute.makeBroker(logger: Self.logger)?.services.count == 1)
    }
}
