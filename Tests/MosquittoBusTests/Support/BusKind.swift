import MessageBus
import Testing

@testable import MosquittoBus

/// The buses that the contract holds for.
enum BusKind: String, CaseIterable, CustomTestStringConvertible {
    case inMemory
    case mosquitto

    var testDescription: String { self.rawValue }

    /// Runs a bus for the time of the body.
    ///
    /// The body gets the bus, what its subscription receives, and a function that takes the broker away and back.
    func run(
        filters: [String] = ["rt/demo/#"],
        limits: BusLimits = BusLimits(),
        _ body: (any Bus, MessageCollector, () async throws -> Void) async throws -> Void
    ) async throws {
        switch self {
        case .inMemory:
            let bus = InMemoryBus(limits: limits)
            let collector = MessageCollector()
            bus.subscribe(filters, handler: collector.handler)
            try await withThrowingTaskGroup { group in
                group.addTask { try await bus.run() }
                try await body(bus, collector) {
                    bus.disconnect()
                    bus.reconnect()
                }
                group.cancelAll()
            }
        case .mosquitto:
            try await TestBroker.run { broker in
                var configuration = broker.embedded.busConfiguration
                configuration.limits = limits
                try await broker.connect(configuration, filters: filters) { bus, collector in
                    try await body(bus, collector) {
                        try await broker.killAndWait()
                        try await bus.waitUntilReady()
                    }
                }
            }
        }
    }
}
