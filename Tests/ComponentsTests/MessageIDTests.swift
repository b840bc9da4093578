import Components
import Realtime
import Testing

@Suite struct MessageIDTests {
    @Test func noIDComesTwice() {
        let ids = Set((0..<10_000).map { _ in MessageID.next() })
        #expect(ids.count == 10_000)
        #expect(ids.allSatisfy { $0.hasPrefix("msg_") && Base64URL.decode(String($0.dropFirst(4)))?.count == 16 })
    }
}
