import MessageBus
import Synchronization
import Testing

/// What every bus has to do.
@Suite(.timeLimit(.minutes(1)))
struct BusContractTests {
    @Test(arguments: BusKind.allCases)
    func deliversWhatIsPublished(_ kind: BusKind) async throws {
        try await kind.run { bus, collector, _ in
            try await bus.deliver("rt/demo/ch/a", Array("{}".utf8))
            let message = await collector.next()
            #expect(message == BusMessage(topic: "rt/demo/ch/a", payload: Array("{}".utf8)))
            #expect(bus.isConnected)
            #expect(bus.statistics.published == 1)
            #expect(bus.statistics.received == 1)
        }
    }

    @Test(arguments: BusKind.allCases)
    func payloadsPassUnchanged(_ kind: BusKind) async throws {
        let payloads: [[UInt8]] = [
            [], [0], Array(0...255), Array("zero\0inside".utf8), [UInt8](repeating: 0xA5, count: 256 << 10),
        ]
        try await kind.run { bus, collector, _ in
            for payload in payloads {
                try await bus.deliver("rt/demo/in/a", payload)
                let message = await collector.next()
                #expect(message?.payload == payload)
            }
        }
    }

    @Test(arguments: BusKind.allCases)
    func filtersMatchAsMQTTSays(_ kind: BusKind) async throws {
        try await kind.run(filters: ["rt/demo/notify/+/+", "rt/demo/done/node/#"]) { bus, collector, _ in
            for topic in [
                "rt/demo/notify/app", "rt/demo/notify/app/1", "rt/demo/notify/app/1/2", "rt/demo/done/node",
                "rt/demo/done/other", "rt/demo/done/node/a/b", "rt/demo/done/node/end",
            ] {
                try await bus.deliver(topic)
            }
            let topics = await collector.topics(through: "rt/demo/done/node/end")
            #expect(
                topics == [
                    "rt/demo/notify/app/1", "rt/demo/done/node", "rt/demo/done/node/a/b", "rt/demo/done/node/end",
                ]
            )
        }
    }

    @Test(arguments: BusKind.allCases)
    func orderIsKeptInABurst(_ kind: BusKind) async throws {
        let count = 5_000
        try await kind.run { bus, collector, _ in
            for number in 0..<count {
                let payload = Array(String(number).utf8)
                try bus.publish(topic: "rt/demo/ch/a", payload: payload, qos: .atMostOnce, completion: nil)
            }
            for number in 0..<count {
                let payload = await collector.next()?.payload
                try #require(payload == Array(String(number).utf8))
            }
        }
    }

    @Test(arguments: BusKind.allCases)
    func subscriptionsOutliveTheConnection(_ kind: BusKind) async throws {
        try await kind.run { bus, collector, interrupt in
            try await bus.deliver("rt/demo/ch/a", [1])
            #expect(await collector.next()?.payload == [1])
            try await interrupt()
            try await bus.deliver("rt/demo/ch/a", [2])
            #expect(await collector.next()?.payload == [2])
            #expect(bus.statistics.reconnects == 1)
        }
    }

    @Test(arguments: BusKind.allCases)
    func aFullQueueRefuses(_ kind: BusKind) async throws {
        let limit = 10
        try await kind.run(filters: ["rt/demo/filled"], limits: BusLimits(messages: limit)) { bus, collector, _ in
            let outcome = Mutex<(accepted: Int, refusal: BusError?)>((0, nil))
            // On the bus's own thread: nothing leaves the queue before this returns.
            bus.subscribe(["rt/demo/fill"]) { _ in
                do {
                    for _ in 0...limit {
                        try bus.publish(topic: "rt/demo/filled", payload: [], qos: .atMostOnce, completion: nil)
                        outcome.withLock { $0.accepted += 1 }
                    }
                } catch {
                    outcome.withLock { $0.refusal = error as? BusError }
                }
            }
            try bus.publish(topic: "rt/demo/fill", payload: [], qos: .atMostOnce, completion: nil)
            #expect(await collector.next()?.topic == "rt/demo/filled")
            let (accepted, refusal) = outcome.withLock { $0 }
            #expect((limit - 1...limit).contains(accepted))
            #expect(refusal?.code == .overflow)
            #expect(refusal?.isRetriable == true)
            #expect(bus.statistics.dropped == 1)
            try await bus.deliver("rt/demo/ch/a")
        }
    }

    @Test(arguments: BusKind.allCases)
    func whatCannotBePublishedIsRefused(_ kind: BusKind) async throws {
        try await kind.run(limits: BusLimits(bytes: 100)) { bus, _, _ in
            for topic in ["", "rt/+/a", "rt/#", "rt/\0"] {
                let error = await #expect(throws: BusError.self) { try await bus.deliver(topic) }
                #expect(error?.code == .topicInvalid)
            }
            let error = await #expect(throws: BusError.self) {
                try await bus.deliver("rt/demo/ch/a", [UInt8](repeating: 0, count: 100))
            }
            #expect(error?.code == .tooLarge)
        }
    }

    @Test(arguments: BusKind.allCases)
    func endsForGood(_ kind: BusKind) async throws {
        let escaped = Mutex<(any Bus)?>(nil)
        try await kind.run { bus, _, _ in
            try await bus.deliver("rt/demo/ch/a")
            escaped.withLock { $0 = bus }
        }
        let bus = try #require(escaped.withLock { $0 })
        #expect(!bus.isConnected)
        let refusal = await #expect(throws: BusError.self) { try await bus.deliver("rt/demo/ch/a") }
        #expect(refusal?.code == .stopped)
        let second = await #expect(throws: BusError.self) { try await bus.run() }
        #expect(second?.code == .alreadyRunning)
    }
}
