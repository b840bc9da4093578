import Dispatch
import Realtime
import Testing

@testable import Edge

@Suite struct InboxTests {
    private func event(_ number: Int) throws -> DeliverableEvent {
        let position = try #require(Position("e:\(number)"))
        return DeliverableEvent(channel: try EdgeFixture.hash(0), position: position, json: Array("\(number)".utf8))
    }

    @Test func onlyTheFirstBatchWakesTheLoop() throws {
        let inbox = Inbox()
        #expect(inbox.push([try self.event(1)]))
        #expect(!inbox.push([try self.event(2), try self.event(3)]))
        #expect(inbox.takeAll().events.map(\.json) == [[49], [50], [51]])
        #expect(inbox.takeAll().isEmpty)
        #expect(inbox.push([try self.event(4)]))
    }

    @Test func nothingIsLostBetweenThreads() throws {
        let inbox = Inbox()
        let event = try self.event(0)
        DispatchQueue.concurrentPerform(iterations: 200) { _ in _ = inbox.push([event]) }
        #expect(inbox.takeAll().events.count == 200)
    }

    @Test func aLoopThatDoesNotKeepUpIsToldSoInsteadOfFillingMemory() throws {
        let inbox = Inbox()
        let batch = Array(repeating: try self.event(0), count: 40_000)
        #expect(inbox.push(batch))
        #expect(!inbox.push(batch))
        #expect(!inbox.push(batch))
        #expect(!inbox.push([try self.event(1)]))
        let content = inbox.takeAll()
        #expect(content.hasOverflowed)
        #expect(content.events.count == 1)
        #expect(!inbox.takeAll().hasOverflowed)
    }
}
