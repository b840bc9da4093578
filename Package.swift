// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "realtime-bridge",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "Realtime", targets: ["Realtime"]),
        .library(name: "RealtimeBridge", targets: ["RealtimeBridge"]),
        .executable(name: "realtime-bridge", targets: ["realtime-bridge"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // Each target's dependencies on other targets are the only arrows allowed between modules.
        .target(name: "Realtime", dependencies: [.crypto]),
        .target(name: "MQTTCodec", dependencies: [.nioCore]),
        .target(name: "MQTTClient", dependencies: ["MQTTCodec", "Realtime", .crypto, .nioCore, .nioPosix]),
        .target(
            name: "Edge",
            dependencies: ["MQTTCodec", "Realtime", .crypto, .logging, .nioCore, .nioPosix, .serviceLifecycle]
        ),
        .target(name: "MessageBus", dependencies: ["Realtime"]),
        .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
        .target(
            name: "MosquittoBus",
            dependencies: ["CMosquitto", "MessageBus", "Realtime", .crypto, .logging, .serviceLifecycle, .subprocess]
        ),
        .target(name: "EventLog", dependencies: ["Realtime"]),
        .target(name: "EventLogSQLite", dependencies: ["EventLog", "Realtime", .grdb, .grdbSQLite]),
        .target(
            name: "Components",
            dependencies: [
                "Realtime", .asyncHTTPClient, .crypto, .deques, .logging, .nioCore, .nioHTTP1, .nioPosix,
                .serviceLifecycle,
            ]
        ),
        .target(
            name: "BridgeCore",
            dependencies: [
                "Components", "Edge", "EventLog", "MessageBus", "Realtime", .crypto, .deques, .logging, .nioCore,
                .serviceLifecycle,
            ]
        ),
        .target(
            name: "BridgeHTTP",
            dependencies: [
                "BridgeCore", "Edge", "Realtime", .crypto, .httpTypes, .hummingbird, .hummingbirdCore, .logging,
                .nioCore, .nioHTTP1, .nioHTTPTypes, .nioPosix, .serviceLifecycle,
            ],
            resources: [.embedInCode("Client"), .embedInCode("TestPage")]
        ),
        .target(
            name: "RealtimeBridge",
            dependencies: [
                "BridgeCore", "BridgeHTTP", "Components", "Edge", "EventLog", "EventLogSQLite", "MessageBus",
                "MosquittoBus", "Realtime", .crypto, .logging, .nioCore, .nioPosix, .serviceLifecycle, .yams,
            ]
        ),
        .executableTarget(
            name: "realtime-bridge",
            dependencies: [
                "MQTTClient", "Realtime", "RealtimeBridge", .argumentParser, .asyncHTTPClient, .logging, .nioCore,
                .nioHTTP1, .serviceLifecycle, .unixSignals,
            ]
        ),
        .executableTarget(
            name: "quiz-server",
            dependencies: ["RealtimeBridge", .logging, .serviceLifecycle, .unixSignals],
            path: "examples/quiz-server"
        ),
        .testTarget(
            name: "AcceptanceTests",
            dependencies: ["quiz-server", "realtime-bridge", .nioCore, .nioPosix, .subprocess],
            exclude: ["Clients"]
        ),
        .testTarget(
            name: "BridgeCoreTests",
            dependencies: [
                "BridgeCore", "Components", "Edge", "EventLog", "MessageBus", "Realtime", .logging, .nioCore, .nioPosix,
                .serviceLifecycleTestKit,
            ]
        ),
        .testTarget(
            name: "BridgeHTTPTests",
            dependencies: [
                "BridgeCore", "BridgeHTTP", "Components", "Edge", "EventLog", "Realtime", .httpTypes, .hummingbird,
                .hummingbirdTesting, .logging, .nioCore, .nioEmbedded, .nioHTTP1, .nioHTTPTypes, .nioHTTPTypesHTTP1,
                .nioPosix, .serviceLifecycle,
            ]
        ),
        .testTarget(name: "CommandTests", dependencies: ["realtime-bridge", "Realtime"]),
        .testTarget(
            name: "ComponentsTests",
            dependencies: ["Components", "Realtime", .logging, .nioCore, .nioPosix, .subprocess]
        ),
        .testTarget(
            name: "EdgeTests",
            dependencies: ["Edge", "MQTTCodec", "Realtime", .logging, .nioCore, .nioEmbedded]
        ),
        // What `.ci/bench` measures closures with.
        .executableTarget(
            name: "bench-server",
            dependencies: ["RealtimeBridge", .logging, .serviceLifecycle, .unixSignals],
            path: "Tests/BenchServer"
        ),
        // What the tests of the event log kill.
        .executableTarget(
            name: "event-log-child",
            dependencies: ["EventLog", "EventLogSQLite", "Realtime"],
            path: "Tests/EventLogChild"
        ),
        .testTarget(
            name: "EventLogTests",
            dependencies: ["event-log-child", "EventLog", "EventLogSQLite", "Realtime", .grdb]
        ),
        .testTarget(
            name: "RealtimeBridgeTests",
            dependencies: [
                "BridgeCore", "BridgeHTTP", "Components", "Edge", "EventLog", "Realtime", "RealtimeBridge", .logging,
            ]
        ),
        .testTarget(name: "RealtimeTests", dependencies: ["Realtime"]),
        .testTarget(
            name: "MosquittoBusTests",
            dependencies: ["MessageBus", "MosquittoBus", "Realtime", .logging, .subprocess]
        ),
        .testTarget(name: "MQTTCodecTests", dependencies: ["MQTTCodec", .nioCore]),
        .testTarget(name: "MQTTClientTests", dependencies: ["MQTTClient", "MQTTCodec", .nioCore, .nioPosix]),
    ],
    swiftLanguageModes: [.v6]
)

extension Target.Dependency {
    static var argumentParser: Self { .product(name: "ArgumentParser", package: "swift-argument-parser") }
    static var asyncHTTPClient: Self { .product(name: "AsyncHTTPClient", package: "async-http-client") }
    static var deques: Self { .product(name: "DequeModule", package: "swift-collections") }
    static var crypto: Self { .product(name: "Crypto", package: "swift-crypto") }
    static var grdb: Self { .product(name: "GRDB", package: "GRDB.swift") }
    static var grdbSQLite: Self { .product(name: "GRDBSQLite", package: "GRDB.swift") }
    static var httpTypes: Self { .product(name: "HTTPTypes", package: "swift-http-types") }
    static var hummingbird: Self { .product(name: "Hummingbird", package: "hummingbird") }
    static var hummingbirdCore: Self { .product(name: "HummingbirdCore", package: "hummingbird") }
    static var hummingbirdTesting: Self { .product(name: "HummingbirdTesting", package: "hummingbird") }
    static var logging: Self { .product(name: "Logging", package: "swift-log") }
    static var nioCore: Self { .product(name: "NIOCore", package: "swift-nio") }
    static var nioEmbedded: Self { .product(name: "NIOEmbedded", package: "swift-nio") }
    static var nioHTTP1: Self { .product(name: "NIOHTTP1", package: "swift-nio") }
    static var nioHTTPTypes: Self { .product(name: "NIOHTTPTypes", package: "swift-nio-extras") }
    static var nioHTTPTypesHTTP1: Self { .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras") }
    static var nioPosix: Self { .product(name: "NIOPosix", package: "swift-nio") }
    static var serviceLifecycle: Self { .product(name: "ServiceLifecycle", package: "swift-service-lifecycle") }
    static var serviceLifecycleTestKit: Self {
        .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle")
    }
    static var subprocess: Self { .product(name: "Subprocess", package: "swift-subprocess") }
    static var unixSignals: Self { .product(name: "UnixSignals", package: "swift-service-lifecycle") }
    static var yams: Self { .product(name: "Yams", package: "Yams") }
}

// A warning of a newer compiler must not keep users from building, so only CI takes warnings for errors.
let isCI = Context.environment["CI"] != nil

// Sanitizers, set by .ci/fuzz alone: adds the fuzzer, instruments the project's own modules, and keeps all assertions.
let fuzzing = Context.environment["REALTIME_BRIDGE_FUZZ"].map { "-sanitize=\($0)" }

if let fuzzing {
    package.targets.append(
        .executableTarget(
            name: "fuzz",
            dependencies: ["BridgeCore", "Edge", "MQTTCodec", "Realtime", .crypto, .nioCore],
            path: "Tests/Fuzz",
            exclude: ["Corpus", "Dictionaries"],
            linkerSettings: [.unsafeFlags([fuzzing])]
        )
    )
}

for target in package.targets where target.type != .system {
    target.swiftSettings =
        [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
        ] + (isCI ? [.treatAllWarnings(as: .error)] : [])
        + (fuzzing.map { [.unsafeFlags([$0, "-enable-testing", "-assert-config", "Debug"])] } ?? [])
}
