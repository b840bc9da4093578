import MQTTCodec
import NIOCore
import Testing

@testable import MQTTClient

@Suite struct MessageBufferTests {
    private func message(_ number: Int) -> Publish {
        Publish(topic: ByteBuffer(string: "t"), payload: ByteBuffer(integer: number))
    }

    @Test func stopsAtTheLimitAndGoesOnAtHalfOfIt() {
        var buffer = MessageBuffer<Int>(limit: 4)
        for number in 0..<5 {
            guard case .stored(let stop) = buffer.add(message(number)) else {
                Issue.record("not stored")
                return
            }
            #expect(stop == (number >= 3))
        }
        var resumed: [Bool] = []
        for number in 0..<5 {
            guard case .message(let taken, let resume) = buffer.take(id: 0, waiter: 0) else {
                Issue.record("no message")
                return
            }
            #expect(taken == message(number))
            resumed.append(resume)
        }
        #expect(resumed == [false, false, true, false, false])
    }

    @Test func servesWaitersInOrderAndForgetsCancelledOnes() {
        var buffer = MessageBuffer<String>(limit: 4)
        for (id, waiter) in [(1, "a"), (2, "b"), (3, "c")] {
            guard case .wait = buffer.take(id: UInt64(id), waiter: waiter) else {
                Issue.record("does not wait")
                return
            }
        }
        #expect(buffer.cancel(id: 1) == "a")
        #expect(buffer.cancel(id: 1) == nil)
        guard case .deliver("b", message(1)) = buffer.add(message(1)) else {
            Issue.record("not delivered")
            return
        }
        #expect(buffer.finish(nil) == ["c"])
        #expect(buffer.finish(nil) == [])
    }

    @Test func givesOutWhatItHasBeforeTheEnd() {
        var buffer = MessageBuffer<Int>(limit: 4)
        _ = buffer.add(message(1))
        _ = buffer.finish(MQTTClientError(.timeout, ""))
        if case .dropped = buffer.add(message(2)) {} else { Issue.record("added after the end") }
        if case .message(message(1), false) = buffer.take(id: 1, waiter: 1) {} else { Issue.record("lost") }
        for _ in 0..<2 {
            guard case .failed(let error) = buffer.take(id: 2, waiter: 2) else {
                Issue.record("no error")
                return
            }
            #expect(error.code == .timeout)
        }
    }
}
