import Foundation
import MessageBus
import Testing

@testable import MosquittoBus

@Suite(.timeLimit(.minutes(1)))
struct MosquittoConnectionTests {
    /// libmosquitto's own loops fail from descriptor 1024 on.
    @Test func worksWithAHighDescriptor() async throws {
        var limit = rlimit()
        try #require(Self.changeLimit(&limit))
        var descriptors: [Int32] = []
        defer { for descriptor in descriptors { _ = close(descriptor) } }
        while (descriptors.last ?? 0) < 1_100 {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            try #require(descriptor >= 0)
            descriptors.append(descriptor)
        }
        try await TestBroker.run { broker in
            try await broker.connect(filters: ["rt/demo/ch/a"]) { bus, collector in
                try await bus.deliver("rt/demo/ch/a", [1])
                #expect(await collector.next()?.payload == [1])
            }
        }
    }

    @Test func speaksTLSToABrokerItCanVerify() async throws {
        try await TLSBroker.run { port, authorities in
            for (host, isTrusted) in [("localhost", true), ("127.0.0.1", false)] {
                let connection = try MosquittoConnection(
                    MosquittoConfiguration(
                        endpoint: .tls(host: host, port: port, certificateAuthorities: authorities)
                    ),
                    logger: .test
                )
                try await withThrowingTaskGroup { group in
                    group.addTask { try await connection.run() }
                    if isTrusted {
                        try await connection.waitUntilReady()
                        try await connection.deliver("a/b", [UInt8](repeating: 1, count: 256 << 10))
                        #expect(connection.statistics.published == 1)
                    } else {
                        try await connection.wait { if case .disconnected = $0 { true } else { false } }
                        #expect(!connection.isConnected)
                    }
                    group.cancelAll()
                }
            }
        }
    }

    @Test func speaksTheOlderVersionToABrokerThatWantsIt() async throws {
        let broker = try OldBroker()
        let endpoint = MosquittoEndpoint.tcp(host: "127.0.0.1", port: broker.port)
        let connection = try MosquittoConnection(MosquittoConfiguration(endpoint: endpoint), logger: .test)
        try await withThrowingTaskGroup { group in
            group.addTask { try await connection.run() }
            try await connection.waitUntilReady()
            group.cancelAll()
        }
        #expect(broker.levels == [5, 4])
    }

    @Test func whatIsQueuedLeavesBeforeTheEnd() async throws {
        let count = 2_000
        try await TestBroker.run { broker in
            try await broker.connect(filters: ["rt/demo/ch/#"]) { _, collector in
                try await broker.connect { bus, _ in
                    for _ in 0..<count {
                        try bus.publish(topic: "rt/demo/ch/a", payload: [], qos: .atLeastOnce, completion: nil)
                    }
                }
                for _ in 0..<count { try #require(await collector.next()?.topic == "rt/demo/ch/a") }
            }
        }
    }

    @Test func stopsWhileThereIsNoBroker() async throws {
        let endpoint = MosquittoEndpoint.tcp(host: "127.0.0.1", port: try LocalPort.free())
        let connection = try MosquittoConnection(MosquittoConfiguration(endpoint: endpoint), logger: .test)
        try await withThrowingTaskGroup { group in
            group.addTask { try await connection.run() }
            try await connection.wait {
                if case .disconnected(let reason) = $0 { reason != "not started" } else { false }
            }
            let error = #expect(throws: BusError.self) {
                try connection.publish(topic: "a", payload: [], qos: .atMostOnce, completion: nil)
            }
            #expect(error?.code == .notConnected)
            #expect(error?.isRetriable == true)
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(connection.state == .disconnected(reason: "stopped"))
    }

    private static func changeLimit(_ limit: inout rlimit) -> Bool {
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0 else { return false }
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 4_096))
        return setrlimit(resource, &limit) == 0
    }
}
