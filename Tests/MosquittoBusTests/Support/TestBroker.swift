import Foundation
import Logging
import MessageBus
import Realtime

@testable import MosquittoBus

/// A real mosquitto in a folder of its own, for the time of a test.
struct TestBroker {
    let embedded: EmbeddedMosquitto
    let directory: String
    let port: Int

    /// Runs a broker, waits until it serves, and ends it after the body.
    static func run(
        accounts: [BrokerAccount] = [],
        directoryName: String = "broker",
        _ body: (TestBroker) async throws -> Void
    ) async throws {
        try await Self.withDirectory { root in
            let directory = root + "/" + directoryName
            let port = try LocalPort.free()
            let embedded = try EmbeddedMosquitto(
                EmbeddedMosquittoConfiguration(
                    directory: directory, site: try SiteName("demo"), port: port, accounts: accounts
                ),
                logger: .test
            )
            try await withThrowingTaskGroup { group in
                group.addTask { try await embedded.run() }
                try await embedded.waitUntilReady()
                try await body(TestBroker(embedded: embedded, directory: directory, port: port))
                group.cancelAll()
            }
        }
    }

    /// Makes a folder and removes it after the body.
    static func withDirectory(_ body: (String) async throws -> Void) async throws {
        let root = FileManager.default.temporaryDirectory.path + "/rtb-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: root) }
        try await body(root)
    }

    /// The broker's process number; nil while it does not run.
    var processID: Int32? {
        if case .running(let processID) = self.embedded.state { processID } else { nil }
    }

    /// Kills the broker as a crash would, and waits until it serves again.
    func killAndWait() async throws {
        guard let killed = self.processID else { return }
        kill(killed, SIGKILL)
        try await self.embedded.wait { state in
            if case .running(let processID) = state { processID != killed } else { false }
        }
    }

    /// How an account reaches the broker.
    func configuration(_ account: BrokerAccount?) -> MosquittoConfiguration {
        MosquittoConfiguration(
            endpoint: .tcp(host: "127.0.0.1", port: self.port), username: account?.name, password: account?.password
        )
    }

    /// Connects as an account, or as the bridge, for the time of the body.
    func connect(
        _ configuration: MosquittoConfiguration? = nil,
        filters: [String] = [],
        _ body: (MosquittoConnection, MessageCollector) async throws -> Void
    ) async throws {
        let connection = try MosquittoConnection(configuration ?? self.embedded.busConfiguration, logger: .test)
        let collector = MessageCollector()
        connection.subscribe(filters, handler: collector.handler)
        try await withThrowingTaskGroup { group in
            group.addTask { try await connection.run() }
            try await connection.waitUntilReady()
            try await body(connection, collector)
            group.cancelAll()
        }
    }
}

extension Logger {
    /// Says nothing: what a test expects to fail is no news.
    static var test: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
