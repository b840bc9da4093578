import Components
import Realtime
import Testing

@Suite struct MessageIDTests {
    @Test func anIDIs128RandomBits() {
        let ids = Set((0..<100).map { _ in MessageID.random() })
        #expect(ids.count == 100)
        #expect(ids.allSatisfy { $0.hasPrefix("msg_") && Base64URL.decode(String($0.dropFirst(4)))?.count == 16 })
    }
}
