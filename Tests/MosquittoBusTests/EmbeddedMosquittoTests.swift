import Foundation
import Logging
import MessageBus
import Realtime
import Testing

@testable import MosquittoBus

@Suite(.timeLimit(.minutes(1)))
struct EmbeddedMosquittoTests {
    @Test func filesAreOurs() async throws {
        try await TestBroker.run { broker in
            let manager = FileManager.default
            let folder = try manager.attributesOfItem(atPath: broker.directory)[.posixPermissions] as? Int
            #expect(folder == 0o700)
            for name in ["mosquitto.conf", "acl", "passwd"] {
                let path = broker.directory + "/" + name
                #expect(try manager.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
                let text = try String(contentsOfFile: path, encoding: .utf8)
                #expect(!text.contains(broker.embedded.busConfiguration.password ?? ""))
            }
        }
    }

    @Test func theBrokerEndsWithUs() async throws {
        var processID: Int32?
        try await TestBroker.run { processID = $0.processID }
        #expect(try await ProcessCondition.isGone(try #require(processID)))
    }

    @Test func aLongFolderGetsItsSocketElsewhere() async throws {
        var socket = ""
        try await TestBroker.run(directoryName: String(repeating: "long", count: 30)) { broker in
            guard case .unixSocket(let path) = broker.embedded.busConfiguration.endpoint else { return }
            socket = path
            #expect(path.utf8.count < 100)
            try await broker.connect { bus, _ in #expect(bus.isConnected) }
        }
        let folder = (socket as NSString).deletingLastPathComponent
        #expect(folder.hasPrefix("/tmp/realtime-bridge-"))
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test func aTakenPortIsNamedAndTriedAgain() async throws {
        try await TestBroker.withDirectory { root in
            var taken: LocalPort? = try LocalPort()
            let port = taken?.number ?? 0
            let embedded = try EmbeddedMosquitto(
                EmbeddedMosquittoConfiguration(directory: root + "/broker", site: try SiteName("demo"), port: port),
                logger: .test
            )
            try await withThrowingTaskGroup { group in
                group.addTask { try await embedded.run() }
                try await embedded.wait { if case .failed = $0 { true } else { false } }
                if case .failed(let reason) = embedded.state {
                    #expect(reason.contains("127.0.0.1:\(port)"))
                    #expect(reason.contains("in use"))
                }
                taken = nil
                try await embedded.waitUntilReady()
                group.cancelAll()
            }
        }
    }

    @Test func aMissingProgramIsNamed() async throws {
        try await TestBroker.withDirectory { root in
            var configuration = EmbeddedMosquittoConfiguration(directory: root, site: try SiteName("demo"))
            configuration.executable = "/nowhere/mosquitto"
            let embedded = try EmbeddedMosquitto(configuration, logger: .test)
            try await withThrowingTaskGroup { group in
                group.addTask { try await embedded.run() }
                try await embedded.wait {
                    if case .failed(let reason) = $0 { reason.contains("/nowhere/mosquitto") } else { false }
                }
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(embedded.state == .stopped)
        }
    }

    @Test func aKilledBrokerIsStartedAgain() async throws {
        try await TestBroker.run { broker in
            let killed = broker.processID
            try await broker.connect(filters: ["rt/demo/#"]) { bus, collector in
                try await broker.killAndWait()
                #expect(broker.processID != killed)
                try await bus.waitUntilReady()
                try await bus.deliver("rt/demo/ch/a", [7])
                #expect(await collector.next()?.payload == [7])
            }
        }
    }

    @Test func settingsThatCannotWorkAreRefused() throws {
        let site = try SiteName("demo")
        let account = try BrokerAccount(name: "app", password: "p", role: .service())
        let configurations = [
            EmbeddedMosquittoConfiguration(directory: "/tmp/x\ny", site: site),
            EmbeddedMosquittoConfiguration(directory: "", site: site),
            EmbeddedMosquittoConfiguration(directory: "/tmp/x", site: site, port: 0),
            EmbeddedMosquittoConfiguration(directory: "/tmp/x", site: site, host: "a b"),
            EmbeddedMosquittoConfiguration(directory: "/tmp/x", site: site, accounts: [account, account]),
        ]
        for configuration in configurations {
            let error = #expect(throws: BusError.self) { try EmbeddedMosquitto(configuration, logger: .test) }
            #expect(error?.code == .configurationInvalid)
        }
        for name in ["", "bridge", "a b", "a/b", "a:b", "é", String(repeating: "a", count: 65)] {
            #expect(throws: BusError.self) { try BrokerAccount(name: name, password: "p", role: .service()) }
        }
    }
}
