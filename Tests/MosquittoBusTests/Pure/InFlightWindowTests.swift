import MessageBus
import Testing

@testable import MosquittoBus

@Suite struct InFlightWindowTests {
    private func message(_ topic: String, _ qos: BusQoS = .atLeastOnce) -> OutboundMessage {
        OutboundMessage(topic: topic, payload: [], qos: qos, completion: nil)
    }

    @Test func keepsWhatIsNotAcknowledged() {
        var window = InFlightWindow()
        window.handOver(self.message("a"), id: 1)
        window.handOver(self.message("b", .atMostOnce), id: 2)
        window.handOver(self.message("c"), id: 3)
        window.handOver(self.message("d"), id: 4)
        #expect(window.acknowledge(id: 2) == nil)
        #expect(window.acknowledge(id: 3)?.topic == "c")
        #expect(window.acknowledge(id: 3) == nil)
        #expect(window.takeAll().map(\.topic) == ["a", "d"])
        #expect(window.isEmpty)
    }

    @Test func isFullInNumber() {
        var window = InFlightWindow()
        for id in 1...InFlightWindow.maximumMessages {
            #expect(!window.isFull)
            window.handOver(self.message("a"), id: Int32(id))
        }
        #expect(window.isFull)
        #expect(window.acknowledge(id: 500) != nil)
        #expect(!window.isFull)
    }

    @Test func isFullBeforeIdentifiersComeRound() {
        var window = InFlightWindow()
        window.handOver(self.message("slow"), id: 1)
        window.handOver(self.message("quick"), id: 2)
        for number in 2..<InFlightWindow.maximumSpan {
            #expect(!window.isFull)
            window.handOver(self.message("a", .atMostOnce), id: Int32(number + 1))
        }
        #expect(window.isFull)
        #expect(window.acknowledge(id: 2)?.topic == "quick")
        #expect(window.isFull)
        #expect(window.acknowledge(id: 1)?.topic == "slow")
        #expect(!window.isFull)
        #expect(window.isEmpty)
    }

    @Test func staysSmallInALongRun() {
        var window = InFlightWindow()
        var next: UInt16 = 0
        for _ in 0..<200_000 {
            next = next == .max ? 1 : next + 1
            window.handOver(self.message("a"), id: Int32(next))
            #expect(window.acknowledge(id: Int32(next)) != nil)
        }
        #expect(window.isEmpty && !window.isFull)
    }
}
