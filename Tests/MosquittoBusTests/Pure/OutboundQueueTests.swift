import MessageBus
import Testing

@testable import MosquittoBus

@Suite struct OutboundQueueTests {
    private func message(bytes: Int) -> OutboundMessage {
        OutboundMessage(topic: "t", payload: [UInt8](repeating: 0, count: bytes - 1), qos: .atMostOnce, completion: nil)
    }

    @Test func isBoundedInNumber() throws {
        var queue = OutboundQueue(limits: BusLimits(messages: 2))
        try queue.append(self.message(bytes: 1))
        try queue.append(self.message(bytes: 1))
        #expect(throws: BusError.self) { try queue.append(self.message(bytes: 1)) }
        #expect(queue.takeAll().count == 2)
        #expect(queue.isEmpty)
        // What was taken is still held by the bus.
        #expect(throws: BusError.self) { try queue.append(self.message(bytes: 1)) }
        queue.release(messages: 1, bytes: 1)
        try queue.append(self.message(bytes: 1))
        #expect(!queue.isEmpty)
    }

    @Test func isBoundedInBytes() throws {
        var queue = OutboundQueue(limits: BusLimits(bytes: 100))
        try queue.append(self.message(bytes: 60))
        let overflow = #expect(throws: BusError.self) { try queue.append(self.message(bytes: 41)) }
        #expect(overflow?.code == .overflow)
        try queue.append(self.message(bytes: 40))
        let tooLarge = #expect(throws: BusError.self) { try queue.append(self.message(bytes: 101)) }
        #expect(tooLarge?.code == .tooLarge)
    }
}
