import BridgeCore
import BridgeHTTP
import Components
import Edge
import EventLog
import Realtime
import Testing

@testable import RealtimeBridge

@Suite struct ConfigurationTests {
    /// Why a text is refused.
    private func refusal(_ yaml: String) -> RealtimeError? {
        do throws(RealtimeError) {
            _ = try Configuration(yaml: yaml)
            return nil
        } catch {
            return error
        }
    }

    @Test func theWholeSampleIsRead() throws {
        let configuration = try Configuration(yaml: SampleConfiguration.yaml)
        #expect(configuration.site.rawValue == "demo")
        #expect(configuration.listen.http == BridgeHTTPServer.Address(host: "127.0.0.1", port: 8080))
        #expect(configuration.listen.mqtt == BridgeHTTPServer.Address(host: "127.0.0.1", port: 1884))
        #expect(configuration.publicURL == "http://127.0.0.1:8080")
        #expect(configuration.origins == ["https://www.example.org"])
        guard case .embedded(host: "127.0.0.1", port: 1885) = configuration.broker else {
            Issue.record("the broker is another one")
            return
        }
        #expect(configuration.mirror)
        #expect(configuration.defaultPolicy == ChannelPolicy(retention: Retention(time: 300_000, events: 1000)))
        #expect(configuration.retainedBytes == 1 << 30)
        guard case .sqlite(path: "events.sqlite", sync: .normal) = configuration.log else {
            Issue.record("the log is another one")
            return
        }
        let areas = try #require(configuration.policies[try ComponentName("mod_quiz")])
        #expect(areas["game"] == configuration.defaultPolicy)
        let board = Retention(time: 3_600_000, events: 10_000)
        #expect(areas["board"] == ChannelPolicy(retention: board, retainsLast: true, historyFromGrantOnly: true))
        #expect(configuration.grantKeys.map(\.kid) == ["k1", "s1"])
        #expect(configuration.grantKeys.map(\.roles) == [[.client, .device], [.service]])
        #expect(configuration.apiKeys.map(\.name) == ["app"])
        #expect(configuration.apiKeys.map(\.roles) == [[.grant, .notify, .admin]])
        #expect(configuration.limits.payload == 65_536)
        #expect(configuration.limits.upstreamPerSecond == 50)
        #expect(configuration.limits.connections == 100_000)
        #expect(configuration.limits.outboundBytes == 1_048_576)
        let quiz = try #require(configuration.components[try ComponentName("mod_quiz")])
        #expect(quiz.areas == ["game", "board"])
        #expect(quiz.timeout == .seconds(5))
        #expect(quiz.concurrency == 32)
    }

    @Test func theLeastHasTheDefaults() throws {
        let configuration = try Configuration(yaml: SampleConfiguration.minimal)
        #expect(configuration.listen.http.port == 8080)
        #expect(configuration.listen.mqtt.port == 1884)
        guard case .none = configuration.broker else {
            Issue.record("there is a broker")
            return
        }
        #expect(configuration.defaultPolicy == ChannelPolicy())
        #expect(configuration.components.isEmpty)
        #expect(configuration.apiKeys.isEmpty)
        #expect(configuration.grantKeys.map(\.roles) == [[.client, .device]])
    }

    @Test func pagesOfOurOwnOriginMayConnect() throws {
        var configuration = try Configuration(yaml: SampleConfiguration.yaml)
        #expect(
            configuration.edge.origins
                == ["https://www.example.org", "http://127.0.0.1:8080", "https://127.0.0.1:8080"]
        )
        #expect(configuration.urls.http == "http://127.0.0.1:8080")
        #expect(configuration.urls.websocket == "ws://127.0.0.1:8080/mqtt")
        #expect(configuration.urls.mqtt == "mqtt://127.0.0.1:1884")
        configuration.publicURL = "https://RT.example.org/some/path"
        #expect(configuration.edge.origins == ["https://www.example.org", "https://rt.example.org"])
        #expect(configuration.urls.websocket == "wss://rt.example.org/mqtt")
        configuration.publicURL = nil
        configuration.listen.http = BridgeHTTPServer.Address(host: "::1", port: 80)
        #expect(configuration.urls.http == "http://[::1]")
    }

    @Test(arguments: [
        ("site: demo", "site: demo\nsites: x", "sites"),
        ("mqtt: 127.0.0.1:1884 }", "mqtt: 127.0.0.1:1884, tls: x }", "listen.tls"),
        ("mirror: true", "mirror: true\n  mirrors: true", "broker.mirrors"),
        ("sync: normal", "sync: normal, path: x", "log.path"),
        ("events: 1000, bytes", "events: 1000, event: 5, bytes", "retention.event"),
        ("roles: [service]", "roles: [service], role: x", "keys.grants[1].role"),
        ("name: app", "name: app, key: x", "api_keys[0].key"),
        ("timeout: 5s", "time_out: 5s", "components.mod_quiz.time_out"),
        ("game: {}", "game: { color: red }", "components.mod_quiz.areas.game.color"),
        ("payload: 64KiB", "payloads: 64KiB", "limits.payloads"),
    ])
    func settingsThatAreNotKnownAreNamedByTheirPath(old: String, new: String, path: String) {
        let error = self.refusal(SampleConfiguration.yaml.replacing(old, with: new))
        #expect(error?.code == .configurationInvalid)
        #expect(error?.message == "\(path): not a known setting")
    }

    @Test(arguments: [
        ("http: 127.0.0.1:8080", "http: 8080", "listen.http"),
        ("http: 127.0.0.1:8080", "http: localhost:65536", "listen.http"),
        ("mqtt: 127.0.0.1:1884", "mqtt: ':1884'", "listen.mqtt"),
        ("listen: 127.0.0.1:1885", "listen: nowhere", "broker.embedded.listen"),
        ("public_url: http:", "public_url: ftp:", "public_url"),
        ("https://www.example.org", "https://www.example.org/path", "origins"),
        ("https://www.example.org", "https://www.example.org:443", "origins"),
        ("https://www.example.org", "https://*.example.org", "origins"),
        ("mirror: true", "mirror: perhaps", "broker.mirror"),
        ("time: 5m, events", "time: 5, events", "retention.time"),
        ("sync: normal", "sync: often", "log.sync"),
        ("retain: last", "retain: first", "components.mod_quiz.areas.board.retain"),
        ("history: grant", "history: all", "components.mod_quiz.areas.board.history"),
        ("time: 5m, events", "time: -5m, events", "retention.time"),
        ("time: 5m, events", "time: 9999999999999999h, events", "retention.time"),
        ("events: 1000, b", "events: 0, b", "retention.events"),
        ("alg: HS256", "alg: none", "keys.grants[0].alg"),
        ("roles: [service]", "roles: [admin]", "keys.grants[1].roles"),
        ("roles: [grant", "roles: [god", "api_keys[0].roles"),
        ("timeout: 5s", "timeout: soon", "components.mod_quiz.timeout"),
        ("concurrency: 32", "concurrency: 0", "components.mod_quiz.concurrency"),
        ("mod_quiz:", "realtime_echo:", "components.realtime_echo"),
        ("payload: 64KiB", "payload: 64KB", "limits.payload"),
        ("payload: 64KiB", "payload: 9MiB", "limits.payload"),
        ("payload: 64KiB", "payload: 2MiB", "limits.outbound_bytes"),
        ("connections: 100000", "connections: 9223372036854775807", "limits.connections"),
        ("upstream_per_second: 50", "upstream_per_second: 1e3", "limits.upstream_per_second"),
    ])
    func badValuesAreNamedByTheirPath(old: String, new: String, path: String) {
        let error = self.refusal(SampleConfiguration.yaml.replacing(old, with: new, maxReplacements: 1))
        #expect(error?.code == .configurationInvalid)
        #expect(error?.message.hasPrefix("\(path): ") == true, "\(error?.message ?? "")")
    }

    @Test(arguments: ["site", "keys", "channel", "kid", "alg", "secret"])
    func whatIsNeededIsMissed(_ name: String) {
        let yaml = SampleConfiguration.minimal.replacing("\(name): ", with: "x_\(name): ", maxReplacements: 1)
            .replacing("\(name):\n", with: "x_\(name):\n")
        let error = self.refusal(yaml)
        #expect(error?.code == .configurationInvalid)
        #expect(error?.message.hasSuffix("\(name): is missing") == true)
    }

    @Test(arguments: ["", "- 1", "7", "site: [", "a: 1\na: 2", "site: demo\nkeys: 7", "site: a/b\nkeys: {}"])
    func whatIsNoConfigurationIsRefused(_ yaml: String) {
        #expect(self.refusal(yaml)?.code == .configurationInvalid)
    }

    @Test(arguments: [
        ("channel: \(SampleConfiguration.key)", "channel: c2VjcmV0LXNlY3JldA=="),
        ("secret: \(SampleConfiguration.key)", "secret: c2VjcmV0LXNlY3JldA=="),
        ("secret: \(SampleConfiguration.key)", "secret: 'c2VjcmV0LXNlY3JldA=='x"),
        ("secret: \(SampleConfiguration.key)", "secret: c2VjcmV0LXNlY3JldA==!"),
        ("secret: \(SampleConfiguration.key)", "secret: { c2VjcmV0LXNlY3JldA==: 1 }"),
        ("secret: \(SampleConfiguration.key)", "secret: [c2VjcmV0LXNlY3JldA==]"),
        ("sha256: \(SampleConfiguration.digest)", "sha256: c2VjcmV0LXNlY3JldA=="),
        ("# url: mqtts://user:password@host", "  url: mqtts://user:c2VjcmV0LXNlY3JldA==@host"),
        ("secret: \(SampleConfiguration.secret)", "secret: c2VjcmV0LXNlY3JldA=="),
        ("secret: \(SampleConfiguration.secret)", "secret: c2VjcmV0LXNlY3JldA==, \"c"),
    ])
    func errorsNeverHaveASecretInThem(old: String, new: String) throws {
        let error = try #require(self.refusal(SampleConfiguration.yaml.replacing(old, with: new, maxReplacements: 1)))
        #expect(error.code == .configurationInvalid)
        #expect(!"\(error)".contains("c2VjcmV0"))
    }

    @Test func callbacksAreWebhooksOrWorkers() throws {
        let webhook = try Configuration(yaml: SampleConfiguration.yaml)
        let quiz = try ComponentName("mod_quiz")
        guard case .webhook(let settings)? = webhook.callbacks[quiz] else {
            Issue.record("there is no webhook")
            return
        }
        #expect(settings.secrets.count == 1)
        #expect(!webhook.usesWorkers)
        let old = "callback: { webhook: { url: http://127.0.0.1:9000/hook, secret: \(SampleConfiguration.secret) } }"
        let workers = try Configuration(
            yaml: SampleConfiguration.yaml.replacing(
                old, with: "callback: { mqtt: {} }\n    ingest: \(old.dropFirst(10))"))
        #expect(workers.usesWorkers)
        #expect(workers.ingestWebhooks[quiz] != nil)
        let several = old.replacing("secret:", with: "secrets: [\(SampleConfiguration.secret)], secret:")
        guard
            case .webhook(let rotated)? = try Configuration(
                yaml: SampleConfiguration.yaml.replacing(old, with: several)
            ).callbacks[quiz]
        else {
            Issue.record("there is no webhook")
            return
        }
        #expect(rotated.secrets.count == 2)
    }

    @Test(arguments: [
        "callback: {}", "callback: { mqtt: { a: 1 } }", "callback: { other: {} }", "callback: { webhook: {} }",
        "callback: { webhook: { url: http://127.0.0.1/ } }", "callback: { mqtt: {}, webhook: {} }",
        "callback: { webhook: { url: http://example.org/, secret: \(SampleConfiguration.secret) } }",
        "callback: { webhook: { url: ftp://127.0.0.1/, secret: \(SampleConfiguration.secret) } }",
        "callback: { webhook: { url: http://127.0.0.1/, secret: whsec_ } }",
        "callback: { webhook: { url: http://127.0.0.1/, secret: \(SampleConfiguration.secret), a: 1 } }",
        "ingest: { mqtt: {} }", "retries: -1", "waiting: 0",
    ])
    func badCallbacksAreRefused(_ setting: String) throws {
        let old = "callback: { webhook: { url: http://127.0.0.1:9000/hook, secret: \(SampleConfiguration.secret) } }"
        let error = try #require(self.refusal(SampleConfiguration.yaml.replacing(old, with: setting)))
        #expect(error.message.hasPrefix("components.mod_quiz."), "\(error)")
    }

    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080), ("localhost:0", "localhost", 0), ("[::1]:80", "::1", 80),
        ("::1:80", "::1", 80), ("0.0.0.0:65535", "0.0.0.0", 65_535),
    ])
    func addressesAreHostAndPort(text: String, host: String, port: Int) throws {
        #expect(try Configuration.address(text) == BridgeHTTPServer.Address(host: host, port: port))
    }

    @Test(arguments: ["", ":", ":80", "host", "host:", "host:-1", "host:65536", "host:80a", "host: 80"])
    func otherAddressesAreRefused(_ text: String) {
        #expect(throws: RealtimeError.self) { try Configuration.address(text) }
    }

    @Test(
        arguments: [
            ("250ms", .milliseconds(250)), ("5s", .seconds(5)), ("5m", .seconds(300)), ("1h", .seconds(3600)),
        ] as [(String, Duration)])
    func timesHaveTheirUnits(text: String, duration: Duration) throws {
        let yaml = SampleConfiguration.yaml.replacing("timeout: 5s", with: "timeout: \(text)")
        let configuration = try Configuration(yaml: yaml)
        #expect(configuration.components[try ComponentName("mod_quiz")]?.timeout == duration)
    }

    @Test(arguments: [("512", 512), ("64KiB", 65_536), ("1MiB", 1_048_576)])
    func bytesHaveTheirUnits(text: String, bytes: Int) throws {
        let yaml = SampleConfiguration.yaml.replacing("payload: 64KiB", with: "payload: \(text)")
        #expect(try Configuration(yaml: yaml).limits.payload == bytes)
    }
}
