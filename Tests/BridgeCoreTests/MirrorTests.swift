import BridgeCore
import EventLog
import Logging
import MessageBus
import Realtime
import Synchronization
import Testing

/// Every committed event reaches the broker, whatever becomes of it meanwhile.
@Suite(.timeLimit(.minutes(1))) struct MirrorTests {
    private let fixture: CoreFixture
    private let bus = InMemoryBus()
    private let received = Received()

    private final class Received: Sendable {
        let payloads = Mutex<[String]>([])
    }

    init() throws {
        self.fixture = try CoreFixture()
        let received = self.received
        self.bus.subscribe(["rt/demo/ch/#"]) { message in
            let json = try? JSONValue.parse(message.payload)
            received.payloads.withLock { $0.append(json?["payload"]?.string ?? "") }
        }
    }

    private func makeMirror() -> Mirror {
        let logger = Logger(label: "mirror") { _ in SwiftLogNoOpLogHandler() }
        return Mirror(site: self.fixture.site, bus: self.bus, log: self.fixture.log, logger: logger)
    }

    private func notify(_ range: ClosedRange<Int>) async throws {
        for number in range {
            let results = await self.fixture.notifier.notify(try CoreFixture.item("\"\(number)\""), from: .library)
            #expect(try #require(results.first).get().number != nil)
        }
    }

    /// Runs a mirror beside the body.
    private func run(_ mirror: Mirror, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await mirror.run() }
            try await body()
            group.cancelAll()
        }
    }

    private func wait(until condition: @Sendable ([String]) -> Bool) async throws {
        while !condition(self.received.payloads.withLock { $0 }) {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func isBehind(_ mirror: Mirror, _ expected: Bool) async throws {
        while mirror.isBehind != expected { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func whatIsCommittedIsPublishedInOrder() async throws {
        let mirror = self.makeMirror()
        self.fixture.notifier.add(mirror)
        try await self.notify(1...3)
        try await self.run(mirror) {
            // What was committed before it ran comes from the log, what follows as it is committed.
            try await self.isBehind(mirror, false)
            try await self.notify(4...6)
            try await self.wait { $0.count >= 6 }
        }
        #expect(self.received.payloads.withLock { $0 } == (1...6).map(String.init))
    }

    @Test func aBrokerThatWasAwayGetsWhatItMissed() async throws {
        let mirror = self.makeMirror()
        self.fixture.notifier.add(mirror)
        try await self.run(mirror) {
            try await self.isBehind(mirror, false)
            try await self.notify(1...3)
            self.bus.disconnect()
            try await self.notify(4...40)
            #expect(mirror.isBehind)
            self.bus.reconnect()
            try await self.wait { $0.last == "40" }
        }
        let payloads = self.received.payloads.withLock { $0 }
        // At least once, and in order but for what is repeated.
        #expect(Set(payloads) == Set((1...40).map(String.init)))
        #expect(Array(payloads.suffix(37)) == (4...40).map(String.init))
    }

    @Test func anotherLifeGoesOnWhereTheLastOneWasAcknowledged() async throws {
        let first = self.makeMirror()
        self.fixture.notifier.add(first)
        var last = 300
        try await self.run(first) {
            try await self.isBehind(first, false)
            try await self.notify(1...last)
            // Acknowledgement is asked for after so many events or so much time, and only with an event: on a machine that
            // pauses, the last of these may be the first of many that were not asked for.
            while try await self.fixture.log.cursor(named: "mirror") ?? 0 < 256 {
                try await Task.sleep(for: .milliseconds(5))
                last += 1
                try await self.notify(last...last)
            }
            try await self.wait { [last] in $0.count >= last }
        }
        let acknowledged = Int(try #require(try await self.fixture.log.cursor(named: "mirror")))
        let before = self.received.payloads.withLock { $0.count }
        let second = self.makeMirror()
        try await self.run(second) { try await self.isBehind(second, false) }
        let again = self.received.payloads.withLock { Array($0.dropFirst(before)) }
        #expect(again == (1...last).dropFirst(acknowledged).map(String.init))
    }
}
